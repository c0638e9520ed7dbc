//! Papers: a certified extract and a certificate of registration as PDF, in seven languages.
