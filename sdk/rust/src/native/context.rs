//! Where the kernel in memory stands: an instance of two provinces, until a test says otherwise.

use super::memory::Memory;
use crate::context::Instance;

pub(super) fn two_provinces() -> Instance {
    Instance {
        id: "00000000-0000-7000-8000-000000000000".to_owned(),
        name: "Instance in memory".to_owned(),
        provinces: vec!["09.541".to_owned(), "09.551".to_owned()],
    }
}

pub(super) fn place(name: &str, provinces: &[&str]) {
    Memory::with(|memory| {
        name.clone_into(&mut memory.instance.name);
        memory.instance.provinces = provinces.iter().map(|code| (*code).to_owned()).collect();
    });
}

#[cfg(test)]
mod tests {
    use crate::{context, native};

    #[test]
    fn an_instance_is_where_a_test_puts_it() {
        native::start("{}");
        assert_eq!(context::instance().provinces, ["09.541", "09.551"]);
        native::in_instance("Oujda", &["02.411"]);
        let instance = context::instance();
        assert_eq!((instance.name.as_str(), instance.provinces), ("Oujda", vec!["02.411".to_owned()]));
        assert!(!context::deadline_left().is_zero());
    }
}
