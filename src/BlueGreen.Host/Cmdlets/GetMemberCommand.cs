namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-Member: the members of each type that comes along, once.</summary>
[Cmdlet(VerbsCommon.Get, "Member")]
public sealed class GetMemberCommand : PSCmdlet
{
    private static readonly string[] AccessorPrefixes = ["get_", "set_"];

    private readonly HashSet<string> _seen = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Kinds of members.</summary>
    [Parameter]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;

    /// <summary>Hidden ones too, such as the accessors of properties.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not { } item || !_seen.Add(item.TypeNames.FirstOrDefault() ?? ""))
            return;
        var members = Name
            .SelectMany(name => item.Members.Match(name, MemberType)
                .Where(IsWanted)
                .OrderBy(member => member.MemberType.ToString(), StringComparer.Ordinal)
                .ThenBy(member => member.Name, StringComparer.OrdinalIgnoreCase))
            .DistinctBy(member => member.Name);
        foreach (var member in members)
            WriteObject(Definition(item, member));
    }

    private bool IsWanted(PSMemberInfo member) =>
        member.MemberType is not (PSMemberTypes.MemberSet or PSMemberTypes.PropertySet)
        && (Force || !AccessorPrefixes.Any(prefix => member.Name.StartsWith(prefix, StringComparison.Ordinal)));

    // The engine brings a view for this name.
    private static PSObject Definition(PSObject item, PSMemberInfo member)
    {
        var definition = new PSObject();
        definition.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.MemberDefinition");
        definition.Properties.Add(new PSNoteProperty("TypeName", item.TypeNames.FirstOrDefault()));
        definition.Properties.Add(new PSNoteProperty("Name", member.Name));
        definition.Properties.Add(new PSNoteProperty("MemberType", member.MemberType));
        definition.Properties.Add(new PSNoteProperty("Definition", member.ToString()));
        return definition;
    }
}
