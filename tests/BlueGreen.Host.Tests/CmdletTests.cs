using System.Management.Automation.Runspaces;
using BlueGreen.Host.Running;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Tests;

/// <summary>The commands that the host brings along, in a hosted runspace. The expectations are pwsh 7.6's answers.</summary>
public sealed class CmdletTests : IDisposable
{
    private readonly TerminalHost _host = new(nonInteractive: true);
    private readonly Runspace _runspace;

    public CmdletTests() => _runspace = EngineRunspace.Open(_host, policy: null);

    public void Dispose()
    {
        _runspace.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("1..9 | Select-Object -First 2 -Skip 3", "4 5")]
    [InlineData("1..5 | Select-Object -Last 2", "4 5")]
    [InlineData("1..5 | Select-Object -Last 2 -Skip 1", "3 4")]
    [InlineData("1..5 | Select-Object -SkipLast 2", "1 2 3")]
    [InlineData("1,1,2 | Select-Object -Unique", "1 2")]
    [InlineData("'ab','c' | Select-Object @{ n = 'L'; e = { $_.Length } } | ForEach-Object L", "2 1")]
    [InlineData("'ab' | Select-Object -ExpandProperty Length", "2")]
    [InlineData("([pscustomobject]@{ a = 1; b = 2 } | Select-Object * -ExcludeProperty b).PSObject.Properties.Name", "a")]
    [InlineData("3,1,2 | Sort-Object -Descending", "3 2 1")]
    [InlineData("'b','A','c' | Sort-Object", "A b c")]
    [InlineData("'bb','a','c' | Sort-Object @{ e = 'Length'; Descending = $true }, { $_ }", "bb a c")]
    [InlineData("3,1,1 | Sort-Object -Unique", "1 3")]
    [InlineData("5,4,3 | Sort-Object -Top 2", "3 4")]
    [InlineData("1,2,1 | Group-Object | ForEach-Object { \"$($_.Name)x$($_.Count)\" }", "1x2 2x1")]
    [InlineData("(1,2,1 | Group-Object -AsHashTable)[1]", "1 1")]
    [InlineData("(1..4 | Measure-Object -Sum -Average -Maximum -Minimum | ForEach-Object { $_.Sum, $_.Average, $_.Maximum, $_.Minimum, $_.Count })", "10 2.5 4 1 4")]
    [InlineData("('ab','c' | Measure-Object Length -Maximum).Maximum", "2")]
    [InlineData("Join-Path a b c", "a/b/c")]
    [InlineData("Split-Path /a/b/c.txt; Split-Path -Leaf /a/b/c.txt; Split-Path -Extension c.txt; Split-Path -LeafBase c.txt", "/a/b c.txt .txt c")]
    [InlineData("Test-Path /; Test-Path / -PathType Leaf; Test-Path /no/such; Test-Path ''; Test-Path env:PATH", "True False False False True")]
    [InlineData("Write-Output 1 2; Write-Output (1, 2) -NoEnumerate | Measure-Object | ForEach-Object Count", "1 2 1")]
    [InlineData("Set-Variable q 5; $q; Get-Variable q -ValueOnly; Remove-Variable q; $null -eq $q", "5 5 True")]
    [InlineData("(New-Object System.Uri 'http://a/b').AbsolutePath; (New-Object psobject -Property @{ q = 1 }).q; (New-Object Collections.ArrayList).Count", "/b 1 0")]
    [InlineData("Invoke-Expression '1+1'; Set-Alias zz Write-Output; zz 3", "2 3")]
    [InlineData("Get-Date '2020-01-02' -Format yyyy-MM", "2020-01")]
    [InlineData("ConvertTo-SecureString secret -AsPlainText -Force | ConvertFrom-SecureString -AsPlainText", "secret")]
    [InlineData("'x' | Out-String -NoNewline; 1,2 | Out-String -Stream", "x 1 2")]
    [InlineData("([pscustomobject]@{ a = 1 } | Get-Member -MemberType NoteProperty).Name", "a")]
    [InlineData("(Measure-Command { Start-Sleep -Milliseconds 30 }).TotalMilliseconds -ge 30", "True")]
    public void A_command_gives_what_pwsh_gives(string command, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Run(command)));
    }

    [Fact]
    public void Select_First_ends_the_commands_before_it()
    {
        Run("$global:made = 0; 1..1000 | ForEach-Object { $global:made++; $_ } | Select-Object -First 3");

        Assert.Equal(["3"], Run("$global:made"));
    }

    [Theory]
    [InlineData("[ordered]@{ a = 1; b = @(1, 'x'); c = @{ d = $null }; e = $true; f = 1.0 } | ConvertTo-Json -Compress", """{"a":1,"b":[1,"x"],"c":{"d":null},"e":true,"f":1.0}""")]
    [InlineData("@(1) | ConvertTo-Json -Compress; ConvertTo-Json @(1) -Compress; ConvertTo-Json 1 -AsArray -Compress", "1 [1] [1]")]
    [InlineData("[System.DayOfWeek]::Monday | ConvertTo-Json; [guid]::Empty | ConvertTo-Json", "1 \"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -WarningAction Ignore", """{"a":{"b":{"c":"System.Collections.Hashtable"}}}""")]
    [InlineData("$j = '{\"a\":1,\"b\":[1,2.5],\"c\":{\"d\":null}}' | ConvertFrom-Json; $j.a.GetType().Name; $j.b[1]; $null -eq $j.c.d", "Int64 2.5 True")]
    [InlineData("('{\"t\":\"2020-01-02T03:04:05Z\"}' | ConvertFrom-Json).t.Kind", "Utc")]
    [InlineData("('{\"a\":1,\"A\":2}' | ConvertFrom-Json -AsHashtable).A", "2")]
    [InlineData("('[1,2]' | ConvertFrom-Json).Count; '[[1,2]]' | ConvertFrom-Json -NoEnumerate | Measure-Object | ForEach-Object Count", "2 1")]
    public void Json_is_written_and_read_as_under_pwsh(string command, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Run(command)));
    }

    [Fact]
    public void Broken_json_is_a_terminating_error_of_a_known_name()
    {
        Assert.Equal(
            ["ConvertFromJsonFailed,BlueGreen.Host.Cmdlets.ConvertFromJsonCommand"],
            Run("try { '{bad' | ConvertFrom-Json } catch { $_.FullyQualifiedErrorId }"));
    }

    [Fact]
    public void Files_are_written_read_listed_moved_and_removed()
    {
        using var folder = new ScriptFile("");

        var results = Run($$"""
            Set-Location '{{folder.Folder}}'
            New-Item -ItemType Directory sub | Out-Null
            Set-Content sub/a.txt 'one', 'two'; Add-Content sub/a.txt 'three'
            Get-Content sub/a.txt -Tail 1
            (Get-Content sub/a.txt -Raw).Length
            Copy-Item sub copy -Recurse; Move-Item copy/a.txt b.txt; Rename-Item b.txt c.txt
            Get-ChildItem -Name -File -Filter c.*
            (Get-ChildItem -Recurse -Filter *.txt).Count
            Remove-Item sub -Recurse; Test-Path sub
            """);

        Assert.Equal(["three", "14", "c.txt", "2", "False"], results);
    }

    [Fact]
    public void What_fails_for_one_path_does_not_stop_the_others()
    {
        Assert.Equal(
            ["ItemNotFoundException", "True"],
            Run("$found = Get-Item /no/such, / -ErrorAction SilentlyContinue; $Error[0].Exception.GetType().Name; $found.FullName -eq '/'"));
    }

    [Fact]
    public void WhatIf_leaves_files_alone()
    {
        using var folder = new ScriptFile("text");

        Assert.Equal(["True"], Run($"Remove-Item '{folder.Path}' -WhatIf 6>$null; Test-Path '{folder.Path}'"));
    }

    [Fact]
    public void A_parameter_that_is_not_there_is_refused()
    {
        Assert.Equal(
            ["NamedParameterNotFound,BlueGreen.Host.Cmdlets.GetChildItemCommand"],
            Run("try { Get-ChildItem -FollowSymlink } catch { $_.FullyQualifiedErrorId }"));
    }

    [Fact]
    public void Every_command_of_the_host_carries_a_name_that_pwsh_has()
    {
        Assert.All(EngineRunspace.HostCommands(), command => Assert.NotNull(PwshCommands.ModuleFor(command.Name)));
    }

    private List<string> Run(string script)
    {
        using var shell = PowerShell.Create(_runspace);
        return [.. shell.AddScript(script).Invoke().Select(result => result?.ToString() ?? "")];
    }
}
