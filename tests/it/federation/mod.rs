//! Instances among themselves, as operators and peers see them: real processes, real databases. One file for each question.

mod enrolment;
mod house;
#[cfg(test)]
mod store;
