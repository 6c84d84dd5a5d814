using System.Reflection;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Host.Running;

/// <summary>
/// The few members of the engine that pwsh's own host and modules reach as friends and that are not public.
/// The engine's version is pinned, so a name that is gone shows in the tests, not at a user's.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private static readonly Assembly Engine = typeof(PSObject).Assembly;

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

    /// <summary>Makes an instance of one of the engine's own types.</summary>
    public static object Create(string typeName, params object?[] arguments) =>
        Activator.CreateInstance(Type(typeName), Hidden, binder: null, arguments, culture: null)!;

    public static Type Type(string name) =>
        Engine.GetType(name) ?? throw new MissingMemberException($"The PowerShell engine no longer has the type {name}.");

    public static void SetField(object target, Type declaring, string name, object value)
    {
        var field = declaring.GetField(name, Hidden)
            ?? throw new MissingMemberException($"The PowerShell engine no longer has {declaring.Name}.{name}.");
        field.SetValue(target, value);
    }

    public static PropertyInfo Property(Type type, string name) => type.GetProperty(name, Hidden)
        ?? throw new MissingMemberException($"The PowerShell engine no longer has {type.Name}.{name}.");
}
