using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace BlueGreen.Host.Running;

/// <summary>
/// The few members of the engine that pwsh's own host and modules reach as friends and that are not public.
/// The engine's version is pinned, so a name that is gone shows in the tests, not at a user's.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private const string FormatNamespace = "Microsoft.PowerShell.Commands.Internal.Format.";
    private static readonly Assembly Engine = typeof(PSObject).Assembly;
    private static readonly FieldInfo Implementation =
        typeof(FrontEndCommandBase).GetField("implementation", Hidden) ?? throw Gone("FrontEndCommandBase.implementation");

    /// <summary>Lets <c>exit</c> inside the next script file end the host instead of that script only.</summary>
    public static void LetExitEndHost(Runspace runspace)
    {
        var context = Property(typeof(Runspace), "ExecutionContext").GetValue(runspace)!;
        Property(context.GetType(), "ScriptCommandProcessorShouldRethrowExit").SetValue(context, true);
    }

    /// <summary>Wraps an error so that Out-Default writes it to the error stream.</summary>
    public static PSObject AsErrorOutput(ErrorRecord error)
    {
        var wrapped = new PSObject(error);
        var stream = Property(typeof(PSObject), "WriteStream");
        stream.SetValue(wrapped, Enum.Parse(stream.PropertyType, "Error"));
        return wrapped;
    }

    /// <summary>The exception by which a command ends the commands before it, since it needs no more from them.</summary>
    public static Exception StopUpstream(Cmdlet command) =>
        (Exception)Create("System.Management.Automation.StopUpstreamCommandsException", command);

    /// <summary>Makes an error point at the place in the script that wrote it, rather than at the command that carried it.</summary>
    public static void PointAt(ErrorRecord error, InvocationInfo place)
    {
        Method(typeof(ErrorRecord), "SetInvocationInfo").Invoke(error, [place]);
        Property(typeof(ErrorRecord), "PreserveInvocationInfoOnce").SetValue(error, true);
    }

    /// <summary>Gives a formatting command the engine's formatter for a shape: Table, List, Wide or Complex.</summary>
    public static void UseFormatter(FrontEndCommandBase command, string shape)
    {
        var shapes = Type(FormatNamespace + "FormatShape");
        SetImplementation(command, Create(FormatNamespace + "InnerFormatShapeCommand", Enum.Parse(shapes, shape)));
    }

    /// <summary>Gives a command the engine's writer of formatted objects; <see cref="SendTo"/> says where to.</summary>
    public static void UseOutput(FrontEndCommandBase command) =>
        SetImplementation(command, Create(FormatNamespace + "OutputManagerInner"));

    /// <summary>Directs the output of a command of <see cref="UseOutput"/>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="columns">How wide a line may be.</param>
    /// <param name="noNewline">Leave line ends out.</param>
    public static void SendTo(FrontEndCommandBase command, TextWriter writer, int columns, bool noNewline)
    {
        var output = Implementation.GetValue(command)!;
        var lines = Create(FormatNamespace + "TextWriterLineOutput", writer, columns, noNewline);
        Property(output.GetType(), "LineOutput").SetValue(output, lines);
    }

    private static void SetImplementation(FrontEndCommandBase command, object implementation) =>
        Implementation.SetValue(command, implementation);

    private static object Create(string typeName, params object?[] arguments) =>
        Activator.CreateInstance(Type(typeName), Hidden, binder: null, arguments, culture: null)!;

    private static Type Type(string name) => Engine.GetType(name) ?? throw Gone(name);

    private static PropertyInfo Property(Type type, string name) => type.GetProperty(name, Hidden) ?? throw Gone($"{type.Name}.{name}");

    private static MethodInfo Method(Type type, string name) => type.GetMethod(name, Hidden) ?? throw Gone($"{type.Name}.{name}");

    private static MissingMemberException Gone(string name) => new($"The PowerShell engine no longer has {name}.");
}
