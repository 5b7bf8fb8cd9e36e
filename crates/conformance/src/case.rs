use crate::{Capability, Result, T};
use std::{future::Future, pin::Pin};

type Body = Box<dyn FnOnce(T) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send>;

/// One rule, and how a server is held to it.
pub struct Case {
    /// The source of the rule and its gist, such as `rfc7644-3.4.2.2-eq-ignores-case`; no two cases have the same name.
    pub name: String,
    /// The rule in a line.
    pub rule: String,
    pub(crate) needs: Option<Capability>,
    pub(crate) body: Body,
}

impl Case {
    /// A case. Its body creates what it needs through the [`T`], which deletes all of it afterwards.
    pub fn new<F, R>(name: impl Into<String>, rule: impl Into<String>, body: F) -> Self
    where
        F: FnOnce(T) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        Self { name: name.into(), rule: rule.into(), needs: None, body: Box::new(|t| Box::pin(body(t))) }
    }

    /// Skips the case if the server says that it lacks this capability.
    #[must_use]
    pub fn needs(self, capability: Capability) -> Self {
        Self { needs: Some(capability), ..self }
    }
}
