namespace BlueGreen.Engine;

/// <summary>Marks the assembly.</summary>
public static class EngineAssembly;
