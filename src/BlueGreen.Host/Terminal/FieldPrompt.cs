using System.Collections;
using System.Management.Automation.Host;
using System.Security;

namespace BlueGreen.Host.Terminal;

/// <summary>Asks for the value of one field, as the engine does for a mandatory parameter that was left out.</summary>
internal sealed class FieldPrompt(TerminalInterface terminal)
{
    /// <summary>Standard input was over before the answer.</summary>
    public bool InputEnded { get; private set; }

    public PSObject? Ask(FieldDescription field)
    {
        var type = LanguagePrimitives.TryConvertTo<Type>(field.ParameterAssemblyFullName, out var full) ? full
            : LanguagePrimitives.TryConvertTo<Type>(field.ParameterTypeFullName, out var named) ? named
            : typeof(string);
        if (type == typeof(PSCredential))
        {
            return terminal.PromptForCredential(caption: "", field.HelpMessage, userName: "", targetName: "") is { } credential
                ? PSObject.AsPSObject(credential)
                : null;
        }

        return type.IsArray || (typeof(IList).IsAssignableFrom(type) && type != typeof(string))
            ? AskList(field, type)
            : AskValue(field.Name, field, type) ?? field.DefaultValue;
    }

    private PSObject AskList(FieldDescription field, Type type)
    {
        var elementType = type.GetElementType() ?? typeof(object);
        var values = new ArrayList();
        while (AskValue($"{field.Name}[{values.Count}]", field, elementType) is { } value)
            values.Add(value.BaseObject);
        return PSObject.AsPSObject(LanguagePrimitives.ConvertTo(values, type, null));
    }

    // Null is an empty answer, or the end of the input.
    private PSObject? AskValue(string label, FieldDescription field, Type type)
    {
        while (true)
        {
            if (type == typeof(SecureString))
                return PSObject.AsPSObject(terminal.ReadSecret($"{label}: "));

            terminal.Write($"{label}: ");
            var answer = terminal.ReadAnswer();
            InputEnded = answer is null;
            if (string.IsNullOrEmpty(answer))
                return null;
            if (answer == "!?" && !string.IsNullOrEmpty(field.HelpMessage))
            {
                terminal.WriteLine(field.HelpMessage);
                continue;
            }

            if (LanguagePrimitives.TryConvertTo(answer, type, out var value))
                return PSObject.AsPSObject(value);
            terminal.WriteErrorLine($"'{answer}' is not a value of type {type.Name}. Type it again.");
        }
    }
}
