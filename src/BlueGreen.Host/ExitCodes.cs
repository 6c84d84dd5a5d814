namespace BlueGreen.Host;

/// <summary>The process exit codes, the same as pwsh's where pwsh has one.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>The command line could not be followed (EX_USAGE of sysexits, as pwsh).</summary>
    public const int BadArgument = 64;

    /// <summary>A process that a signal ended: 128 and the signal's number, as shells count it.</summary>
    public static int FromSignal(int number) => 128 + number;
}
