<#
.SYNOPSIS
Runs the tests that build.ps1 has built, and counts them by their reports.

.DESCRIPTION
Every test project runs in its own process, the engine's first and the others -AtOnce at a time; what one says is shown as a whole when it has ended. Then the *.Tests.ps1
run under Pester, when pwsh and Pester are both here. The last line is "N passed, N failed, N skipped". The exit code is 1 when a test
failed, or when a project crashed, left no report or ran no test.

.PARAMETER Reports
The folder for the reports; what it holds is replaced.

.PARAMETER Project
Only the test projects whose name matches one of these wildcards. The name 'Pester' stands for the *.Tests.ps1.

.PARAMETER Filter
Only the tests whose name matches this wildcard.

.PARAMETER TimeoutMinutes
How long one test project may take; after that it counts as crashed.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Reports,
    [string[]] $Project = '*',
    [string] $Filter,
    [ValidateRange(1, 600)] [int] $TimeoutMinutes = 20,
    [ValidateRange(1, 8)] [int] $AtOnce = 1
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Get-TestProject {
    Get-ChildItem -Path $PSScriptRoot -Filter '*.csproj' -Recurse |
        Where-Object { $_.BaseName -notin 'BlueGreen.Benchmarks', 'BlueGreen.Simulation' } |
        Where-Object { $name = $_.BaseName; $Project | Where-Object { $name -like $_ } } |
        Sort-Object Name | ForEach-Object { $_.FullName }
}

# Starts a command in its own process, whose output is kept.
function Start-Limited([string] $Name, [string] $Command, [string[]] $Arguments) {
    Write-Host "== Testing $Name" -ForegroundColor Cyan
    $start = [System.Diagnostics.ProcessStartInfo]::new($Command)
    $start.WorkingDirectory = Split-Path $PSScriptRoot
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    foreach ($argument in $Arguments) {
        $start.ArgumentList.Add($argument)
    }

    $process = [System.Diagnostics.Process]::Start($start)
    [pscustomobject]@{
        Name = $Name
        Process = $process
        Started = [datetime]::UtcNow
        Output = @($process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync())
    }
}

function Test-Ended($Run) {
    $Run.Process.HasExited -or [datetime]::UtcNow -gt $Run.Started.AddMinutes($TimeoutMinutes)
}

# Ends the process when its time is over.
function Stop-Limited($Run) {
    if (-not $Run.Process.HasExited) {
        $Run.Process.Kill($true)
        $Run.Process.WaitForExit()
    }
}

# Shows what the command said; gives its exit code, or nothing when it did not end in time.
function Complete-Limited($Run) {
    $inTime = $Run.Process.HasExited
    Stop-Limited $Run
    Write-Host ('== {0}, {1:0} s' -f $Run.Name, ([datetime]::UtcNow - $Run.Started).TotalSeconds) -ForegroundColor Cyan
    foreach ($output in $Run.Output) {
        # What the process left behind may hold the stream open; it is not waited for.
        if ($output.Wait(5000) -and $output.Result.Trim()) {
            Write-Host $output.Result.TrimEnd()
        }
    }

    if ($inTime) {
        $Run.Process.ExitCode
    }
}

function New-Result([string] $Name, [int] $Passed, [int] $Failed, [int] $Skipped, [string] $Trouble) {
    [pscustomobject]@{ Name = $Name; Passed = $Passed; Failed = $Failed; Skipped = $Skipped; Trouble = $Trouble }
}

function Start-TestProject([string] $Path) {
    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    $assembly = Join-Path (Split-Path $Path) 'bin' 'Release' 'net10.0' "$name.dll"
    $arguments = @($assembly, '-noLogo', '-noColor', '-result-xml', (Join-Path $Reports "$name.xml"))
    if ($Filter) {
        $arguments += '-displayName', $Filter
    }

    Start-Limited $name dotnet $arguments
}

function Complete-TestProject($Run) {
    $name = $Run.Name
    $report = Join-Path $Reports "$name.xml"
    $exitCode = Complete-Limited $Run
    if ($null -eq $exitCode) {
        return New-Result $name 0 0 0 "did not end within $TimeoutMinutes minutes"
    } elseif (-not (Test-Path -LiteralPath $report)) {
        return New-Result $name 0 0 0 "crashed: it left no report (exit code $exitCode)"
    }

    $totals = New-Result $name 0 0 0 ''
    foreach ($run in ([xml] (Get-Content -LiteralPath $report -Raw)).SelectNodes('/assemblies/assembly')) {
        $totals.Passed += [int] $run.GetAttribute('passed')
        $totals.Failed += [int] $run.GetAttribute('failed') + [int] $run.GetAttribute('errors')
        $totals.Skipped += [int] $run.GetAttribute('skipped') + [int] $run.GetAttribute('not-run')
    }

    if ($totals.Passed + $totals.Failed + $totals.Skipped -eq 0 -and -not $Filter) {
        $totals.Trouble = 'ran no test'
    } elseif ($exitCode -ne 0 -and $totals.Failed -eq 0 -and $totals.Passed -gt 0) {
        $totals.Trouble = "ended with exit code $exitCode"
    }

    $totals
}

# One at a time unless asked otherwise: beside another project on two cores, a cluster of real processes can miss its times.
function Invoke-TestProject([string[]] $Path) {
    $waiting = [System.Collections.Generic.Queue[string]]::new($Path)
    $running = [System.Collections.Generic.List[object]]::new()
    try {
        while ($waiting.Count + $running.Count -gt 0) {
            while ($waiting.Count -gt 0 -and $running.Count -lt $AtOnce) {
                $running.Add((Start-TestProject $waiting.Dequeue()))
            }

            foreach ($run in @($running | Where-Object { Test-Ended $_ })) {
                [void] $running.Remove($run)
                Complete-TestProject $run
            }

            Start-Sleep -Milliseconds 200
        }
    } finally {
        # Also when this script is stopped.
        $running | ForEach-Object { Stop-Limited $_ }
    }
}

function Get-PesterShell {
    $pwsh = Get-Command pwsh -CommandType Application -ErrorAction Ignore | ForEach-Object Source
    foreach ($path in $pwsh) {
        & $path -NoProfile -NonInteractive -Command 'exit [int] -not (Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 })'
        if ($LASTEXITCODE -eq 0) {
            return $path
        }
    }
}

function Measure-It([string[]] $Path) {
    $count = 0
    foreach ($file in $Path) {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
        $count += $ast.FindAll({ param($node)
                $node -is [System.Management.Automation.Language.CommandAst] -and $node.GetCommandName() -eq 'It' }, $true).Count
    }

    $count
}

function Invoke-Pester([string[]] $Path) {
    $pwsh = Get-PesterShell
    if (-not $pwsh) {
        Write-Host 'Pester is left out: these tests need pwsh with Pester 5 or newer, and they are not both here.'
        return New-Result 'Pester' 0 0 (Measure-It $Path) ''
    }

    $report = Join-Path $Reports 'Pester.xml'
    $quoted = $Path | ForEach-Object { "'" + $_.Replace("'", "''") + "'" }
    $command = @"
`$configuration = New-PesterConfiguration
`$configuration.Run.Path = $($quoted -join ', ')
`$configuration.TestResult.Enabled = `$true
`$configuration.TestResult.OutputFormat = 'JUnitXml'
`$configuration.TestResult.OutputPath = '$($report.Replace("'", "''"))'
`$configuration.Filter.FullName = $(if ($Filter) { "'$($Filter.Replace("'", "''"))'" } else { '@()' })
Invoke-Pester -Configuration `$configuration
"@
    $run = Start-Limited 'Pester' $pwsh @('-NoProfile', '-NonInteractive', '-Command', $command)
    try {
        while (-not (Test-Ended $run)) {
            Start-Sleep -Milliseconds 200
        }

        $exitCode = Complete-Limited $run
    } finally {
        Stop-Limited $run
    }

    if ($null -eq $exitCode) {
        return New-Result 'Pester' 0 0 0 "did not end within $TimeoutMinutes minutes"
    } elseif (-not (Test-Path -LiteralPath $report)) {
        return New-Result 'Pester' 0 0 0 'crashed: it left no report'
    }

    $document = [xml] (Get-Content -LiteralPath $report -Raw)
    $tests = $document.SelectNodes('//testcase').Count
    $failed = $document.SelectNodes('//testcase[failure or error]').Count
    $skipped = $document.SelectNodes('//testcase[skipped]').Count
    $trouble = if ($tests -eq 0 -and -not $Filter) { 'ran no test' } else { '' }
    New-Result 'Pester' ($tests - $failed - $skipped) $failed $skipped $trouble
}

if (Test-Path -LiteralPath $Reports) {
    Remove-Item -LiteralPath $Reports -Recurse -Force
}

New-Item -ItemType Directory -Path $Reports | Out-Null
$projects = @(Get-TestProject)
# The engine's tests measure short times, and have the machine for themselves.
$alone = @($projects | Where-Object { $_ -like '*BlueGreen.Engine.Tests.csproj' })
$results = @(foreach ($batch in $alone, @($projects | Where-Object { $_ -notin $alone })) {
        if ($batch) {
            Invoke-TestProject $batch
        }
    })
$pesterFiles = @(Get-ChildItem -Path $PSScriptRoot -Filter '*.Tests.ps1' | ForEach-Object { $_.FullName })
if ($pesterFiles.Count -gt 0 -and ($Project | Where-Object { 'Pester' -like $_ })) {
    $results += Invoke-Pester $pesterFiles
}

if ($results.Count -eq 0) {
    [Console]::Error.WriteLine("No test project matches '$($Project -join "', '")'.")
    exit 1
}

Write-Host '== Results' -ForegroundColor Cyan
$passed = $failed = $skipped = $broken = 0
foreach ($result in $results) {
    $passed += $result.Passed
    $failed += $result.Failed
    $skipped += $result.Skipped
    $note = ''
    if ($result.Trouble) {
        $broken++
        $note = "  <- $($result.Trouble)"
    }

    Write-Host ('{0,-28} {1,5} passed {2,4} failed {3,4} skipped{4}' -f $result.Name, $result.Passed, $result.Failed, $result.Skipped, $note)
}

if ($Filter -and $passed + $failed -eq 0) {
    $broken++
    Write-Host "No test has a name like '$Filter'."
}

Write-Host "$passed passed, $failed failed, $skipped skipped"
exit [int] ($failed + $broken -gt 0)
