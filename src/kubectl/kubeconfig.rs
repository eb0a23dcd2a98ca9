//! `~/.kube/config`: contexts, each with a cluster, a user and a namespace.

/// A context: which cluster, as whom, and in which namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KubeContext {
    /// Its name.
    pub name: String,
    /// The cluster's name.
    pub cluster: String,
    /// The user's name.
    pub user: String,
    /// The namespace for commands that name none; `""` is `default`.
    pub namespace: String,
}

/// A cluster that can be talked to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KubeCluster {
    /// Its name.
    pub name: String,
    /// The API server's address: `https://10.0.0.10:6443`.
    pub server: String,
}

/// All contexts, and the current one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kubeconfig {
    /// The contexts, in the order in which they were made.
    pub contexts: Vec<KubeContext>,
    /// The clusters.
    pub clusters: Vec<KubeCluster>,
    /// The users' names.
    pub users: Vec<String>,
    /// The name of the current context; `""` for none.
    pub current_context: String,
}

impl Kubeconfig {
    /// One context of the given name for the cluster of that name, whose user may do everything.
    pub fn single(context: &str, server: &str, namespace: &str) -> Kubeconfig {
        Kubeconfig {
            contexts: vec![KubeContext { name: context.into(), cluster: context.into(), user: "kubernetes-admin".into(), namespace: namespace.into() }],
            clusters: vec![KubeCluster { name: context.into(), server: server.into() }],
            users: vec!["kubernetes-admin".into()],
            current_context: context.into(),
        }
    }

    /// The context of that name.
    pub fn context(&self, name: &str) -> Option<&KubeContext> {
        self.contexts.iter().find(|context| context.name == name)
    }

    /// The namespace of the current context.
    pub fn namespace(&self) -> &str {
        match self.context(&self.current_context) {
            Some(context) if !context.namespace.is_empty() => &context.namespace,
            _ => "default",
        }
    }
}
