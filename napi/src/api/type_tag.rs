//! Type tags: an addon's mark on objects that are its own.

use crate::abi::status::Status;
use crate::abi::types::{napi_type_tag, napi_value};
use crate::entry::{api, input, require};

api! {
    /// Tags an object, once.
    Js fn napi_type_tag_object(call, value: napi_value, tag: *const napi_type_tag) {
        let object = call.to_object_or(value, Status::PendingException)?;
        let tag = *input(tag)?;
        let mut objects = call.instance().objects().borrow_mut();
        let facts = objects.entry(call.instance().roots(), object.to_raw());
        require(facts.tag.is_none(), Status::InvalidArg)?;
        facts.tag = Some(tag);
        Ok(())
    }

    /// Whether an object has this tag.
    Js fn napi_check_object_type_tag(call, value: napi_value, tag: *const napi_type_tag, result: *mut bool) {
        let object = call.to_object_or(value, Status::PendingException)?;
        let tag = *input(tag)?;
        let result = call.out(result)?;
        let objects = call.instance().objects().borrow();
        result.set(objects.get(object.to_raw()).is_some_and(|facts| facts.tag == Some(tag)));
        Ok(())
    }
}
