using System.Collections;
using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>A cmdlet that changes the definition of an app.</summary>
public abstract class AppChangesCmdlet : SessionCmdlet
{
    /// <summary>The container's image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>The shell command.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Cmd { get; set; }

    /// <summary>Environment values to add or change; $null removes one.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Env { get; set; }

    /// <summary>Labels to add or change; $null removes one.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Label { get; set; }

    /// <summary>Any other members, by dotted path; $null removes one.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Set { get; set; }

    /// <summary>Names of the parameters by which something is to be changed.</summary>
    private protected IReadOnlyList<string> WhatChanges =>
        [.. new[] { nameof(Image), nameof(Cmd), nameof(Env), nameof(Label), nameof(Set) }.Where(MyInvocation.BoundParameters.ContainsKey)];

    /// <summary>The changes that were asked for.</summary>
    private protected AppChanges Changes(int? instances = null) => new()
    {
        Instances = instances,
        Image = Image,
        Cmd = Cmd,
        Env = PlainValues.Texts(Env ?? [], nameof(Env)),
        Labels = PlainValues.Texts(Label ?? [], nameof(Label)),
        Set = PlainValues.Of(Set ?? []),
    };
}
