<#
.SYNOPSIS
Runs the tests that build.ps1 has built, and counts them by their reports.

.DESCRIPTION
Every test project runs in its own process, one after the other; then the *.Tests.ps1 run under Pester, when pwsh and Pester are both
here. The last line is "N passed, N failed, N skipped". The exit code is 1 when a test failed, or when a project crashed, left no
report or ran no test.

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
    [ValidateRange(1, 600)] [int] $TimeoutMinutes = 20
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Get-TestProject {
    Get-ChildItem -Path $PSScriptRoot -Filter '*.csproj' -Recurse |
        Where-Object { $_.BaseName -notin 'BlueGreen.Benchmarks', 'BlueGreen.Simulation' } |
        Where-Object { $name = $_.BaseName; $Project | Where-Object { $name -like $_ } } |
        Sort-Object Name | ForEach-Object { $_.FullName }
}

# Runs a command in its own process with this one's console; gives its exit code, or nothing when it did not end in time.
function Invoke-Limited([string] $Command, [string[]] $Arguments) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Command)
    $start.WorkingDirectory = Split-Path $PSScriptRoot
    foreach ($argument in $Arguments) {
        $start.ArgumentList.Add($argument)
    }

    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $limit = [datetime]::UtcNow.AddMinutes($TimeoutMinutes)
        while (-not $process.WaitForExit(200)) {
            if ([datetime]::UtcNow -gt $limit) {
                return
            }
        }

        $process.ExitCode
    } finally {
        # Also when this script is stopped.
        if (-not $process.HasExited) {
            $process.Kill($true)
            $process.WaitForExit()
        }

        $process.Dispose()
    }
}

function New-Result([string] $Name, [int] $Passed, [int] $Failed, [int] $Skipped, [string] $Trouble) {
    [pscustomobject]@{ Name = $Name; Passed = $Passed; Failed = $Failed; Skipped = $Skipped; Trouble = $Trouble }
}

function Invoke-TestProject([string] $Path) {
    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    Write-Host "== Testing $name" -ForegroundColor Cyan
    $assembly = Join-Path (Split-Path $Path) 'bin' 'Release' 'net10.0' "$name.dll"
    $report = Join-Path $Reports "$name.xml"
    $arguments = @($assembly, '-noLogo', '-result-xml', $report)
    if ([Console]::IsOutputRedirected) {
        $arguments += '-noColor'
    }

    if ($Filter) {
        $arguments += '-displayName', $Filter
    }

    $exitCode = Invoke-Limited dotnet $arguments
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
    Write-Host '== Testing under Pester' -ForegroundColor Cyan
    $pwsh = Get-PesterShell
    if (-not $pwsh) {
        Write-Host 'Left out: these tests need pwsh with Pester 5 or newer, and they are not both here.'
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
    $exitCode = Invoke-Limited $pwsh @('-NoProfile', '-NonInteractive', '-Command', $command)
    if ($null -eq $exitCode) {
        return New-Result 'Pester' 0 0 0 "did not end within $TimeoutMinutes minutes"
    } elseif (-not (Test-Path -LiteralPath $report)) {
        return New-Result 'Pester' 0 0 0 'crashed: it left no report'
    }

    $run = [xml] (Get-Content -LiteralPath $report -Raw)
    $tests = $run.SelectNodes('//testcase').Count
    $failed = $run.SelectNodes('//testcase[failure or error]').Count
    $skipped = $run.SelectNodes('//testcase[skipped]').Count
    $trouble = if ($tests -eq 0 -and -not $Filter) { 'ran no test' } else { '' }
    New-Result 'Pester' ($tests - $failed - $skipped) $failed $skipped $trouble
}

if (Test-Path -LiteralPath $Reports) {
    Remove-Item -LiteralPath $Reports -Recurse -Force
}

New-Item -ItemType Directory -Path $Reports | Out-Null
# One after the other: the lab's tests measure times, and two at once would disturb each other.
$results = @(Get-TestProject | ForEach-Object { Invoke-TestProject $_ })
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
