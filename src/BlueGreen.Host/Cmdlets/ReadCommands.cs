using System.Management.Automation.Host;
using System.Runtime.InteropServices;
using System.Security;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Read-Host.</summary>
[Cmdlet(VerbsCommunications.Read, "Host", DefaultParameterSetName = "Plain")]
[OutputType(typeof(string), typeof(SecureString))]
public sealed class ReadHostCommand : PSCmdlet
{
    /// <summary>The question.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Prompt { get; set; }

    /// <summary>The answer is not shown and comes out encrypted.</summary>
    [Parameter(ParameterSetName = "Secure")]
    public SwitchParameter AsSecureString { get; set; }

    /// <summary>The answer is not shown and comes out as text.</summary>
    [Parameter(ParameterSetName = "Masked")]
    public SwitchParameter MaskInput { get; set; }

    protected override void EndProcessing()
    {
        try
        {
            Ask();
        }
        catch (HostException failure)
        {
            WriteError(new ErrorRecord(failure, "ReadHostFailed", ErrorCategory.InvalidOperation, targetObject: null));
        }
    }

    private void Ask()
    {
        if (Prompt is null)
        {
            Write(AsSecureString || MaskInput ? Host.UI.ReadLineAsSecureString() : Host.UI.ReadLine());
            return;
        }

        var words = LanguagePrimitives.GetEnumerable(Prompt)?.Cast<object?>() ?? [Prompt];
        var field = new FieldDescription(string.Join(' ', words));
        field.SetParameterType(AsSecureString || MaskInput ? typeof(SecureString) : typeof(string));
        foreach (var answer in Host.UI.Prompt("", "", [field]).Values)
            Write(answer?.BaseObject ?? "");
    }

    private void Write(object answer) =>
        WriteObject(MaskInput && answer is SecureString secret ? SecureText.Reveal(secret) : answer);
}

/// <summary>Get-Credential.</summary>
[Cmdlet(VerbsCommon.Get, "Credential", DefaultParameterSetName = "Credential")]
[OutputType(typeof(PSCredential))]
public sealed class GetCredentialCommand : PSCmdlet
{
    /// <summary>A credential to pass on, or a user's name to ask the password for.</summary>
    [Parameter(Position = 0, ParameterSetName = "Credential")]
    public object? Credential { get; set; }

    /// <summary>What the credential is for.</summary>
    [Parameter(ParameterSetName = "Message")]
    public string Message { get; set; } = "Enter your credentials.";

    /// <summary>The user's name.</summary>
    [Parameter(ParameterSetName = "Message")]
    public string UserName { get; set; } = "";

    protected override void EndProcessing()
    {
        var given = Credential is PSObject wrapped ? wrapped.BaseObject : Credential;
        if (given is PSCredential credential)
            WriteObject(credential);
        else
            WriteObject(Host.UI.PromptForCredential(
                "PowerShell credential request", Message, given as string ?? UserName, targetName: ""));
    }
}

/// <summary>ConvertTo-SecureString, from plain text.</summary>
[Cmdlet(VerbsData.ConvertTo, "SecureString")]
[OutputType(typeof(SecureString))]
public sealed class ConvertToSecureStringCommand : PSCmdlet
{
    /// <summary>The text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string String { get; set; } = "";

    /// <summary>The text is the secret itself. Encrypted text is something that only pwsh reads.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>As pwsh's, which once needed it.</summary>
    [Parameter(Position = 2)]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        var secret = new SecureString();
        foreach (var character in String)
            secret.AppendChar(character);
        secret.MakeReadOnly();
        WriteObject(secret);
    }
}

/// <summary>ConvertFrom-SecureString, to plain text.</summary>
[Cmdlet(VerbsData.ConvertFrom, "SecureString")]
[OutputType(typeof(string))]
public sealed class ConvertFromSecureStringCommand : PSCmdlet
{
    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public SecureString SecureString { get; set; } = new();

    /// <summary>The result is the secret itself. Encrypted text is something that only pwsh writes.</summary>
    [Parameter(Mandatory = true)]
    public SwitchParameter AsPlainText { get; set; }

    protected override void ProcessRecord() => WriteObject(SecureText.Reveal(SecureString));
}

internal static class SecureText
{
    public static string Reveal(SecureString secret)
    {
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            return Marshal.PtrToStringUni(pointer, secret.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }
}
