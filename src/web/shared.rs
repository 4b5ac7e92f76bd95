//! Big data as a property: equal if it is the same place in memory, so that comparing costs nothing.

use std::ops::Deref;
use std::rc::Rc;

/// A view that is shared with the session.
pub struct Shared<T: ?Sized>(pub Rc<T>);

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A view that may not be there yet.
pub fn shared<T: ?Sized>(view: &Option<Rc<T>>) -> Option<Shared<T>> {
    view.clone().map(Shared)
}
