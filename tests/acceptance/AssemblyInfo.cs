using Xunit.Sdk;
using Xunit.v3;

// Two cores are enough for one cluster of real processes at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
