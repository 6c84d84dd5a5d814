<#
.SYNOPSIS
The steps of the blue-green guide of DC/OS, each as a command.

.DESCRIPTION
Takes a service over from myapp (blue) to myapp-green, by hand: Start-BlueGreenDeployment does all of it, and more, in one command.
Works on the default session; without one, on a lab that it starts and ends.

.EXAMPLE
pwsh -File examples/guide.ps1

Runs on a lab of its own.
#>
[CmdletBinding()]
param(
    # How many tasks the service has.
    [ValidateRange(2, 100)]
    [int] $Instances = 4
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Connect-BlueGreen -ErrorAction Ignore)) {
    Import-Module (Join-Path $PSScriptRoot '../out/BlueGreen/BlueGreen.psd1')
}

function Write-Step([string] $Text) {
    Write-Host "`n== $Text" -ForegroundColor Cyan
}

$lab = $null
if (-not (Get-BlueGreenSession)) {
    Write-Step 'No session is open: starting a lab with two load balancers'
    $lab = Start-BlueGreenLab -LoadBalancers 2
}

try {
    Write-Step 'What is wrong with the definitions of the guide?'
    Test-BlueGreenApp -Path (Join-Path $PSScriptRoot 'myapp.json') -Detailed | Format-Table

    Write-Step 'Create both apps, as the guide has them'
    New-MarathonApp -Path (Join-Path $PSScriptRoot 'myapp*.json') -Wait

    Write-Step "Scale blue to $Instances tasks, green to half as many"
    $half = [int][Math]::Ceiling($Instances / 2)
    Set-MarathonApp /myapp -Instances $Instances
    Set-MarathonApp /myapp-green -Instances $half
    Get-MarathonApp /myapp, /myapp-green | Wait-MarathonApp | Format-Table

    # Marathon has chosen a service port for each. Clients use blue's, and go on to use it when green serves.
    $port = (Get-MarathonApp /myapp).ServicePorts[0]
    $otherPort = (Get-MarathonApp /myapp-green).ServicePorts[0]
    $labels = @{
        HAPROXY_GROUP = 'external'
        HAPROXY_DEPLOYMENT_GROUP = 'myapp'
        HAPROXY_DEPLOYMENT_ALT_PORT = "$otherPort"
        HAPROXY_0_PORT = "$port"
        HAPROXY_DEPLOYMENT_TARGET_INSTANCES = "$Instances"
    }
    # Without health checks that Marathon sees, marathon-lb would drain blue before green runs. They belong to the top level.
    $checks = @{
        healthChecks = @(@{
                protocol = 'HTTP'; path = '/'; portIndex = 0
                timeoutSeconds = 10; gracePeriodSeconds = 10; intervalSeconds = 2; maxConsecutiveFailures = 10
            })
    }

    # Any change but the number of instances restarts the tasks. No client is served by them yet, so that is harmless here;
    # on a live service the labels must be there from the start.
    Write-Step 'Put blue into the load balancers'' pool: now it serves'
    $blue = $labels + @{ HAPROXY_DEPLOYMENT_COLOUR = 'blue'; HAPROXY_DEPLOYMENT_STARTED_AT = '2016-01-01T00:00:00.000000' }
    Set-MarathonApp /myapp -Label $blue -Set $checks -Wait
    Get-HaproxyBackendStat -AppId /myapp | Format-Table

    # The colour with the later time is the new one. For each of its healthy tasks that is more than the service needs,
    # marathon-lb takes a task of the other colour out of the pool: the first ones in the order of their ids.
    Write-Step 'Put green into the pool: as many blue tasks leave it'
    $green = $labels + @{ HAPROXY_DEPLOYMENT_COLOUR = 'green'; HAPROXY_DEPLOYMENT_STARTED_AT = [datetime]::Now.ToString('yyyy-MM-ddTHH:mm:ss.ffffff') }
    Set-MarathonApp /myapp-green -Label $green -Set $checks -Wait

    foreach ($step in 1, 2) {
        Write-Step "Round ${step}: pick the blue tasks that leave, and wait until nothing is pending on them"
        $running = (Get-MarathonApp /myapp-green).TasksHealthy
        $left = @(Get-MarathonTask /myapp | Sort-Object -Property Id)
        $picked = $left | Select-Object -First ($running + $left.Count - $Instances)
        $picked | Wait-BlueDrain -TimeoutSec 120 | Format-Table
        Get-HaproxyBackendStat -DeploymentGroup myapp | Format-Table

        Write-Step "Round ${step}: kill them, and let blue want as many fewer"
        $picked | Stop-MarathonTask -Scale -Force
        Wait-MarathonApp /myapp | Format-Table
        if ($step -eq 1) {
            Write-Step 'Scale green to the full number'
            Set-MarathonApp /myapp-green -Instances $Instances -Wait
        }
    }

    Write-Step 'Blue has no task left: remove it'
    Remove-MarathonApp /myapp -Force -Wait
    Get-DeploymentGroup myapp | Format-Table
    Get-HaproxyBackendStat -DeploymentGroup myapp | Format-Table
} finally {
    if ($lab) { Stop-BlueGreenLab $lab }
}
