//! What can be configured: the parts of upstream's `KubeSchedulerConfiguration` that change where pods go.

/// The scheduler's configuration. The default is upstream's default profile.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SchedulerConfig {
    /// `NodeResourcesFitArgs.scoringStrategy`.
    pub scoring_strategy: ScoringStrategy,
}

/// Which nodes NodeResourcesFit prefers.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum ScoringStrategy {
    /// Those with most left: pods are spread.
    #[default]
    LeastAllocated,
    /// Those with least left: pods are packed.
    MostAllocated,
    /// As these points say, utilization in percent (rising) and score from 0 to 10; straight lines between them.
    RequestedToCapacityRatio(Vec<(i64, i64)>),
}
