<#
.SYNOPSIS
    Deploys the same service on the same cluster with this module and with zdd.py, under load, and puts the figures side by side.
.DESCRIPTION
    zdd.py is not part of this project: give the path of one (it needs Python 3 with requests and dateutil). HAProxy 2.3 and later have a
    statistics column named '-', on which zdd.py stops; a copy that lets it pass is run.

    Each run starts where the one before ended: one colour with all its instances. Time is that of the whole process. Calls are counted by
    an HAProxy in front of Marathon. The lowest number of serving tasks is read off the load balancers ten times a second.
.EXAMPLE
    ./build.sh bench -Zdd /opt/marathon-lb/zdd.py
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Zdd,

    # How many instances the service has.
    [int] $Instances = 10,

    # How often each is run.
    [int] $Runs = 1,

    # Requests a second, and slow ones of -SlowMs on top.
    [int] $Rate = 100,
    [int] $SlowRate = 5,
    [int] $SlowMs = 2000,

    # Leaves out zdd.py with its default delay of five seconds.
    [switch] $NoDefaultDelay
)

$ErrorActionPreference = 'Stop'
$module = Get-Module BlueGreen
$labProgram = Join-Path $module.ModuleBase 'lab' 'BlueGreen.Lab.dll'
$hostProgram = Join-Path (Split-Path $module.ModuleBase) 'host' 'BlueGreen.Host.dll'
$folder = Join-Path ([System.IO.Path]::GetTempPath()) "bluegreen-compare-$PID"
[void][System.IO.Directory]::CreateDirectory($folder)

function Start-Program([string] $Program, [string[]] $Argument, [switch] $WithInput) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program)
    $start.RedirectStandardInput = $WithInput
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    foreach ($one in $Argument) { $start.ArgumentList.Add($one) }
    $process = [System.Diagnostics.Process]::Start($start)
    @{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync() }
}

function Get-FreePort {
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# Counts what goes through it to Marathon.
function Start-Counter([uri] $Marathon) {
    $port, $stats = (Get-FreePort), (Get-FreePort)
    $file = Join-Path $folder "counter-$port.cfg"
    [System.IO.File]::WriteAllText($file, @"
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend marathon
  bind 127.0.0.1:$port
  default_backend marathon
backend marathon
  server marathon $($Marathon.Authority)
frontend stats
  bind 127.0.0.1:$stats
  stats enable
  stats uri /

"@)
    # Debian has it in a folder that only root has on its path.
    $haproxy = @('/usr/sbin/haproxy', '/usr/local/sbin/haproxy' | Where-Object { [System.IO.File]::Exists($_) }) + 'haproxy' | Select-Object -First 1
    $program = Start-Program $haproxy '-db', '-f', $file
    @{ Program = $program; Uri = "http://127.0.0.1:$port"; Stats = "http://127.0.0.1:$stats/;csv" }
}

function Get-Count($Counter) {
    $client = [System.Net.Http.HttpClient]::new()
    $lines = $client.GetStringAsync($Counter.Stats).GetAwaiter().GetResult() -split '\n'
    $client.Dispose()
    $column = [array]::IndexOf($lines[0].TrimStart('#', ' ').Split(','), 'req_tot')
    [int]($lines | Where-Object { $_ -like 'marathon,FRONTEND,*' }).Split(',')[$column]
}

function Get-Definition([string] $Version) {
    $file = Join-Path $folder "shop-$Version.json"
    [System.IO.File]::WriteAllText($file, @"
{ "id": "/shop", "cmd": "`$BLUEGREEN_LAB serve --version $Version", "instances": $Instances, "cpus": 0.1, "mem": 64, "ports": [10000],
  "healthChecks": [{ "protocol": "HTTP", "path": "/health", "portIndex": 0, "gracePeriodSeconds": 10, "intervalSeconds": 1, "timeoutSeconds": 5, "maxConsecutiveFailures": 5 }],
  "labels": { "HAPROXY_GROUP": "external", "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_0_BACKEND_HTTP_HEALTHCHECK_OPTIONS": "  option  httpchk GET /health\n" } }
"@)
    $file
}

# What serves on the load balancer where the fewest do.
function Get-Serving {
    $stats = @(Get-HaproxyBackendStat -DeploymentGroup shop | Where-Object { $_.State -eq 'Serving' } | Group-Object LoadBalancer)
    if ($stats.Count -eq 0) { return 0 }
    ($stats | Measure-Object -Property Count -Minimum).Minimum
}

function Measure-Deployment([string] $Name, [int] $Run, [scriptblock] $Command) {
    $counter = Start-Counter $lab.MarathonUri[0]
    $load = Start-Program dotnet ($labProgram, 'load', '--url', "http://$($lab.MarathonLbUri[0].Host):10000", '--rate', "$Rate", '--slow-rate', "$SlowRate",
        '--slow-ms', "$SlowMs", '--duration', '900', '--ends-with-input') -WithInput
    try {
        [System.Threading.Thread]::Sleep(2000)
        $lowest = Get-Serving
        $program, $arguments = & $Command $counter.Uri (Get-Definition "$Name-$Run".Replace(' ', '-'))
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $deployer = Start-Program $program $arguments
        while (-not $deployer.Process.WaitForExit(100)) { $lowest = [math]::Min($lowest, (Get-Serving)) }
        $seconds = $clock.Elapsed.TotalSeconds
        $calls = Get-Count $counter
        [System.Threading.Thread]::Sleep(2000)
        $load.Process.StandardInput.WriteLine('stop')
        $served = $load.Output.GetAwaiter().GetResult() -split '\n' | Where-Object { $_ -like '*"final"*' } | ConvertFrom-Json
        if ($deployer.Process.ExitCode -ne 0) { Write-Warning "$Name ended with exit code $($deployer.Process.ExitCode): $($deployer.Output.Result) $($deployer.Errors.Result)" }
        [pscustomobject]@{
            Deployer = $Name; Run = $Run; Seconds = [math]::Round($seconds, 1); ExitCode = $deployer.Process.ExitCode; Calls = $calls
            LowestServing = $lowest; Requests = $served.requests; Lost = $served.lost
            Left = (Get-MarathonApp -DeploymentGroup shop | ForEach-Object { "$($_.Id) $($_.Instances)" }) -join ', '
        }
    } finally {
        foreach ($one in $load, $counter.Program) { if (-not $one.Process.HasExited) { $one.Process.Kill() } }
    }
}

$lab = Start-BlueGreenLab
try {
    $zddFolder = Split-Path ([System.IO.Path]::GetFullPath($Zdd))
    $patched = Join-Path $folder 'zdd.py'
    $source = [System.IO.File]::ReadAllText($Zdd)
    [System.IO.File]::WriteAllText($patched, ($source -replace '(?s)(namedtuple\([^)]*)\)', '$1, rename=True)'))
    $env:PYTHONPATH = $zddFolder
    $balancer = $lab.MarathonLbUri[0].ToString().TrimEnd('/')

    $manifest = Join-Path $module.ModuleBase 'BlueGreen.psd1'
    $ours = {
        param($Marathon, $File)
        'dotnet', @($hostProgram, '-NoProfile', '-Command', "Import-Module '$manifest'; `$null = Connect-BlueGreen -MarathonUri $Marathon -MarathonLbUri $balancer; " +
            "`$deployed = Start-BlueGreenDeployment -Path '$File' -Force; exit [int](`$deployed.Result -ne 'Completed')")
    }
    $dropIn = { param($Marathon, $File) 'dotnet', @($hostProgram, 'zdd', '--marathon', $Marathon, '--marathon-lb', $balancer, '--json', $File, '--force') }
    $original = { param($Marathon, $File) 'python3', @($patched, '--marathon', $Marathon, '--marathon-lb', $balancer, '--json', $File, '--force', '--syslog-socket', '/dev/null', '--step-delay', $delay) }

    $null = Start-BlueGreenDeployment -Path (Get-Definition 'first') -Force
    foreach ($run in 1..$Runs) {
        Measure-Deployment 'BlueGreen' $run $ours
        Measure-Deployment 'bluegreen zdd' $run $dropIn
        foreach ($delay in @('1') + @(if (-not $NoDefaultDelay) { '5' })) { Measure-Deployment "zdd.py --step-delay $delay" $run $original }
    }
} finally {
    Stop-BlueGreenLab
    [System.IO.Directory]::Delete($folder, $true)
}
