//! Instances among themselves, as operators and peers see them: real processes, real databases. One file for each question.

mod agreements;
mod cases;
mod conformance;
mod coverage;
mod demo;
mod egress;
mod enrolment;
mod evil;
mod faults;
mod flood;
mod house;
mod inside;
mod letters;
mod nation;
mod packages;
mod pages;
mod proposals;
mod signatures;
mod stick;
#[cfg(test)]
mod store;
mod transfers;
mod twelve;
mod two;
mod week;
