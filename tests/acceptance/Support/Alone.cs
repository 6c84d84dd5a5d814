namespace BlueGreen.Acceptance.Support;

/// <summary>Tests that change the environment of the whole process, or measure short times: no others run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
