<#
.SYNOPSIS
    The main job on the embedded cluster: a new version of a live service, under load, with no request lost.
.DESCRIPTION
    Starts a cluster with real HAProxy load balancers, runs version 1 of a small service on it, sends quick and slow requests through
    every load balancer, and replaces version 1 by version 2 meanwhile. Ends with what was served and what was lost; the exit code
    is 1 if a request was lost or the deployment did not complete.
.EXAMPLE
    Import-Module ./out/BlueGreen/BlueGreen.psd1; ./examples/demo.ps1
#>
[CmdletBinding()]
param(
    # How many load balancers share the traffic.
    [int] $LoadBalancers = 2,

    # Quick requests a second. Four slow ones of two seconds each come on top.
    [int] $Rate = 250,

    # The load goes on until at least so many requests were sent.
    [int] $AtLeast = 5000
)

$ErrorActionPreference = 'Stop'
$clock = [System.Diagnostics.Stopwatch]::StartNew()

function Write-Line([string] $Text) {
    Write-Host ('{0,6:0.0} s  {1}' -f $clock.Elapsed.TotalSeconds, $Text)
}

# The load generator is a process of its own, so that nothing in this one can slow it down.
function Start-Load([uri[]] $Url) {
    $program = Join-Path (Get-Module BlueGreen).ModuleBase 'lab' 'BlueGreen.Lab.dll'
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    foreach ($argument in @($program, 'load') + @($Url | ForEach-Object { '--url'; "$_" }) +
        @('--rate', "$Rate", '--slow-rate', '4', '--slow-ms', '2000', '--duration', '120', '--ends-with-input')) {
        $start.ArgumentList.Add($argument)
    }

    $process = [System.Diagnostics.Process]::Start($start)
    @{ Process = $process; Line = $process.StandardOutput.ReadLineAsync(); Sent = 0; Traffic = 'no traffic yet' }
}

# Takes up what the load generator has said since the last time; it says a line a second.
function Update-Load($Load) {
    while ($Load.Line.IsCompleted -and $Load.Line.Result) {
        $said = $Load.Line.Result | ConvertFrom-Json
        $versions = @($said.served.PSObject.Properties)
        $now = foreach ($version in $versions) { "version $($version.Name): $($version.Value)" }
        $Load.Sent = ($versions | Measure-Object -Property Value -Sum).Sum + $said.lost
        $Load.Traffic = "$($now -join ', '), lost: $($said.lost)"
        $Load.Line = $Load.Process.StandardOutput.ReadLineAsync()
    }
}

function Wait-Load($Load, [scriptblock] $Until) {
    $limit = $clock.Elapsed.Add([timespan]::FromSeconds(40))
    while (-not (& $Until) -and $clock.Elapsed -lt $limit -and -not $Load.Process.HasExited) {
        [void]$Load.Line.Wait(1000)
        Update-Load $Load
    }
}

function Stop-Load($Load) {
    $Load.Process.StandardInput.WriteLine('stop')
    $text = @($Load.Line.GetAwaiter().GetResult()) + @($Load.Process.StandardOutput.ReadToEnd() -split '\r?\n')
    $Load.Process.WaitForExit()
    $text | Where-Object { $_ } | ConvertFrom-Json | Where-Object { $_.PSObject.Properties['final'] }
}

$load = $null
$lab = $null
# Its journal is part of nobody's history.
$journal = $env:BLUEGREEN_JOURNAL
$env:BLUEGREEN_JOURNAL = Join-Path ([System.IO.Path]::GetTempPath()) "bluegreen-demo-$PID"
try {
    Write-Line "Starting a cluster with $LoadBalancers load balancers"
    $lab = Start-BlueGreenLab -LoadBalancers $LoadBalancers
    Write-Line "Marathon is at $($lab.MarathonUri[0]), the load balancers at $($lab.MarathonLbUri -join ' and ')"

    Write-Line 'Deploying version 1 of the shop: 4 instances'
    $first = Start-BlueGreenDeployment -Path (Join-Path $PSScriptRoot 'shop.json') -Force
    if ($first.Result -ne 'Created') { throw "Version 1 does not run: $($first.Reason)" }

    $load = Start-Load ($lab.MarathonLbUri | ForEach-Object { "http://$($_.Host):10000" })
    Wait-Load $load { $load.Sent -gt $Rate }
    Write-Line "Clients send $Rate quick requests a second and four of two seconds each; $($load.Traffic)"

    Write-Line 'Replacing version 1 by version 2'
    $deployment = Get-MarathonApp shop-blue |
        Start-BlueGreenDeployment -Cmd '$BLUEGREEN_LAB serve --version 2' -Force -Verbose -InformationAction Continue 4>&1 6>&1 |
        ForEach-Object {
            if ($_ -isnot [System.Management.Automation.VerboseRecord] -and $_ -isnot [System.Management.Automation.InformationRecord]) {
                $_
            } elseif ("$_" -notlike 'Performing the operation*') {
                Update-Load $load
                Write-Line ('{0}  [{1}]' -f $_, $load.Traffic)
            }
        }

    # Clients stay a little longer than the deployment, so that the end of it is under load too.
    $enough = $clock.Elapsed.Add([timespan]::FromSeconds(3))
    Wait-Load $load { $clock.Elapsed -ge $enough -and $load.Sent -ge $AtLeast }
    $served = Stop-Load $load
    $load = $null
    $history = Get-BlueGreenHistory -Last 1 -Verify
} finally {
    if (Test-Path -LiteralPath $env:BLUEGREEN_JOURNAL) { Remove-Item -LiteralPath $env:BLUEGREEN_JOURNAL -Recurse -Force }
    $env:BLUEGREEN_JOURNAL = $journal
    if ($load -and -not $load.Process.HasExited) { $load.Process.Kill() }
    if ($lab) { Stop-BlueGreenLab }
}

Write-Host
$deployment | Format-List Group, OldApp, NewApp, Result, Reason, Rounds, Duration, LowestServing, Target | Out-Host
$deployment.DrainProofs | Sort-Object TaskId, LoadBalancer |
    Format-Table @{ Name = 'Task'; Expression = { $_.TaskId -replace '^.*instance-(\w+)-.*$', '$1' } }, LoadBalancer, Evidence, IsDrained, @{ Name = 'DrainTime'; Expression = { '{0:0.0} s' -f $_.DrainTime.TotalSeconds }; Alignment = 'Right' } | Out-Host
$served.served.PSObject.Properties | Sort-Object Name | ForEach-Object { [pscustomobject]@{ Version = $_.Name; Served = $_.Value } } | Format-Table | Out-Host
Write-Host "A replay of its journal comes to the same decisions: $($history.IsReproduced)"
foreach ($loss in $served.losses) { Write-Host "lost at $($loss.at): $($loss.count) x $($loss.reason) ($($loss.url))" }
Write-Host ('{0} requests in {1:0} s, {2} of them slow; quick and slow ones took {3:0} ms in the median, {4:0} ms at the most.' -f
    $served.requests, $served.durationSeconds, $served.slow, $served.latencyMs.p50, $served.latencyMs.max)
Write-Host "lost $($served.lost) of $($served.requests) requests"
exit [int]($served.lost -gt 0 -or $served.requests -lt $AtLeast -or $deployment.Result -ne 'Completed')
