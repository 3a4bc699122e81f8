//! Handle scopes: how long the values that an addon was given live.
//!
//! One stack of handles per VM, in memory of our own, marked at every collection. A scope is a mark in it; ending one lets go of everything
//! above. It belongs to no realm, so nothing in it can point at a dead one.

use trun_vm::engine::native::RawValue;

use crate::instance::Instance;

/// A scope that is open.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    /// How many handles there were when it was opened.
    base: usize,
    /// Where the escaped value goes: a place of the scope around it.
    escape: Option<usize>,
    escaped: bool,
}

/// Where the stacks stood before a call into an addon.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    handles: usize,
    scopes: usize,
}

/// Why a value did not escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EscapeError {
    /// There is no such scope.
    NoScope,
    /// One has escaped already.
    Twice,
}

impl Instance {
    /// Remembers where the stacks stand.
    pub(crate) fn open_frame(&self) -> Frame {
        Frame {
            handles: self.roots().handle_count(),
            scopes: self.scopes().borrow().len(),
        }
    }

    /// Ends every scope since then, also those that the addon forgot.
    pub(crate) fn close_frame(&self, frame: Frame) {
        self.scopes().borrow_mut().truncate(frame.scopes);
        self.roots().truncate_handles(frame.handles);
    }

    /// Opens a scope and returns its number, from one.
    pub(crate) fn open_scope(&self, escapable: bool) -> usize {
        let escape = escapable.then(|| self.roots().push_handle(RawValue::NONE));
        let mut scopes = self.scopes().borrow_mut();
        scopes.push(Scope {
            base: self.roots().handle_count(),
            escape,
            escaped: false,
        });
        scopes.len()
    }

    /// Ends scope `number` and those in it. False if there is none.
    pub(crate) fn close_scope(&self, number: usize) -> bool {
        let mut scopes = self.scopes().borrow_mut();
        let Some(scope) = number.checked_sub(1).and_then(|index| scopes.get(index).copied()) else {
            return false;
        };
        scopes.truncate(number - 1);
        self.roots().truncate_handles(scope.base);
        true
    }

    /// Hands a value to the scope around scope `number`.
    ///
    /// # Errors
    /// See [`EscapeError`].
    pub(crate) fn escape(&self, number: usize, value: RawValue) -> Result<(), EscapeError> {
        let mut scopes = self.scopes().borrow_mut();
        let scope = number
            .checked_sub(1)
            .and_then(|index| scopes.get_mut(index))
            .ok_or(EscapeError::NoScope)?;
        let place = scope.escape.ok_or(EscapeError::NoScope)?;
        if std::mem::replace(&mut scope.escaped, true) {
            return Err(EscapeError::Twice);
        }
        self.roots().set_handle(place, value);
        Ok(())
    }
}
