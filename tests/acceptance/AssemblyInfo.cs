using Xunit.Sdk;
using Xunit.v3;

// Most of the time is waiting: two clusters of real processes at a time are enough for two cores.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 2)]
