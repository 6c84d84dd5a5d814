namespace BlueGreen.Host.CommandLine;

/// <summary>The command line cannot be followed; the message says what was wrong and what to do.</summary>
internal sealed class CommandLineException(string message) : Exception(message);
