//! trun, a parallel JavaScript and TypeScript test runner: the processes around the VM.

pub mod coordinator;
pub mod os;
pub mod protocol;
pub mod worker;
pub mod zygote;
