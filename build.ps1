<#
.SYNOPSIS
Builds, shows, tests and packs BlueGreen.

.DESCRIPTION
Runs under pwsh 7.4 or newer and under BlueGreen.Host; build.sh finds either. Everything that it makes lies in out/.

.PARAMETER Task
build  builds the solution and lays the module out in out/BlueGreen as it ships (the default)
demo   builds, then shows a deployment on the embedded cluster under load
test   builds, then runs every test; the last line has the totals
bench  builds, then runs the benchmarks
pack   builds, then packs the module as a zip and the host as a dotnet tool
clean  removes what was built

.PARAMETER Project
test: only the test projects whose name matches one of these wildcards; commas part them. The name 'Pester' stands for *.Tests.ps1.

.PARAMETER Filter
test: only the tests whose name matches this wildcard. bench: only such benchmarks.

.PARAMETER TimeoutMinutes
test: how long one test project may take; after that it counts as crashed.

.EXAMPLE
./build.sh test -Project *Engine* -Filter *drain*

Builds and runs the engine's tests that have 'drain' in their name.

.EXAMPLE
pwsh -File build.ps1 pack
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('build', 'demo', 'test', 'bench', 'pack', 'clean')]
    [string] $Task = 'build',

    [string[]] $Project = '*',

    [string] $Filter,

    [ValidateRange(1, 600)]
    [int] $TimeoutMinutes = 20
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
# No build server may outlive this script.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

# Words of a command line come as they are typed.
$Project = $Project -split ','

$Root = $PSScriptRoot
$Out = Join-Path $Root 'out'
$ModuleFolder = Join-Path $Out 'BlueGreen'
$ModuleManifest = Join-Path $ModuleFolder 'BlueGreen.psd1'

function Write-Step([string] $Text) {
    Write-Host "== $Text" -ForegroundColor Cyan
}

function Invoke-DotNet([string[]] $Arguments) {
    # Quiet unless it fails: then every line that it wrote is wanted.
    $lines = & dotnet $Arguments --disable-build-servers 2>&1 | ForEach-Object { "$_" }
    if ($LASTEXITCODE -ne 0) {
        $lines | ForEach-Object { Write-Host $_ }
        throw "'dotnet $($Arguments -join ' ')' failed with exit code $LASTEXITCODE; its output stands above."
    }
}

function Assert-File([string] $Path, [string] $Purpose) {
    if (-not (Test-Path -LiteralPath $Path)) {
        throw "$Path is missing: $Purpose."
    }
}

function Install-Tool([string] $Command, [string] $Package) {
    $found = (Get-Command $Command -CommandType Application -ErrorAction Ignore) -or (Test-Path -LiteralPath "/usr/sbin/$Command")
    if ($found) {
        return
    }

    $aptGet = Get-Command apt-get -CommandType Application -ErrorAction Ignore
    if (-not $aptGet -or (& id -u) -ne '0') {
        throw "'$Command' is needed and is not installed. Install the package '$Package' (on Debian or Ubuntu, as root: apt-get install -y $Package) and run this again."
    }

    Write-Step "Installing $Package"
    $env:DEBIAN_FRONTEND = 'noninteractive'
    $lines = & sh -c "apt-get update -q && apt-get install -y -q --no-install-recommends $Package" 2>&1 | ForEach-Object { "$_" }
    if ($LASTEXITCODE -ne 0) {
        $lines | ForEach-Object { Write-Host $_ }
        throw "'$Package' could not be installed; what apt-get said stands above."
    }
}

function Get-InputState([string[]] $Path) {
    $files = @(Get-ChildItem -LiteralPath $Path -Recurse -File)
    '{0} {1:o}' -f $files.Count, ($files.LastWriteTimeUtc | Measure-Object -Maximum).Maximum
}

function Build-Solution {
    Write-Step 'Building'
    if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        throw 'The .NET 10 SDK is needed, and there is no dotnet on PATH. Install the SDK and run this again.'
    }

    Invoke-DotNet 'build', (Join-Path $Root 'BlueGreen.sln'), '-c', 'Release', '-v', 'quiet'
    Build-ModuleLayout
}

function Build-ModuleLayout {
    Assert-File (Join-Path $Root 'BlueGreen.psd1') 'the manifest of the module'
    Assert-File (Join-Path $Root 'BlueGreen.Format.ps1xml') 'the views of the module'

    $sources = @(Get-ChildItem -Path $Root -Filter 'BlueGreen.*' -File | Where-Object { $_.Extension -in '.psd1', '.ps1xml' } |
            ForEach-Object { $_.FullName })
    $sources += 'LICENSE', 'README.md', 'en-US', 'docs' | ForEach-Object { Join-Path $Root $_ } | Where-Object { Test-Path -LiteralPath $_ }
    $built = @('BlueGreen', 'BlueGreen.Lab') | ForEach-Object { Join-Path $Root 'src' $_ 'bin' 'Release' }
    $stamp = Join-Path $Out '.layout'
    # The stamp holds how many inputs there were and when the newest was written.
    if ((Test-Path -LiteralPath $ModuleManifest) -and (Test-Path -LiteralPath $stamp) -and
        (Get-Content -LiteralPath $stamp) -eq (Get-InputState ($sources + $built))) {
        return
    }

    Write-Step 'Laying the module out in out/BlueGreen'
    $published = Join-Path $Out 'published'
    foreach ($folder in $ModuleFolder, $published) {
        if (Test-Path -LiteralPath $folder) {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }

    $dependencies = Join-Path $ModuleFolder 'Dependencies'
    New-Item -ItemType Directory -Path $dependencies | Out-Null
    Invoke-DotNet 'publish', (Join-Path $Root 'src' 'BlueGreen'), '-c', 'Release', '-v', 'quiet', '--no-build', '-o', $published
    Invoke-DotNet 'publish', (Join-Path $Root 'src' 'BlueGreen.Lab'), '-c', 'Release', '-v', 'quiet', '--no-build', '-o', (Join-Path $ModuleFolder 'lab')
    foreach ($file in Get-ChildItem -LiteralPath $published -File) {
        if ($file.Name -eq 'System.Management.Automation.dll') {
            throw 'System.Management.Automation.dll is among the published files of src/BlueGreen: the engine is the host''s and must not ship.'
        } elseif ($file.Name -match '^BlueGreen(\.Engine)?\.(dll|pdb|xml)$') {
            Copy-Item -LiteralPath $file.FullName -Destination $ModuleFolder
        } elseif ($file.Extension -eq '.dll') {
            Copy-Item -LiteralPath $file.FullName -Destination $dependencies
        }
    }

    foreach ($source in $sources | Where-Object { (Split-Path $_ -Leaf) -ne 'docs' }) {
        Copy-Item -LiteralPath $source -Destination $ModuleFolder -Recurse
    }

    Remove-Item -LiteralPath $published -Recurse -Force
    # The pages of the commands become the help that Get-Help reads.
    $buildHelp = Join-Path $Root 'docs' 'Build-Help.ps1'
    if (Test-Path -LiteralPath $buildHelp) {
        & $buildHelp -Module $ModuleManifest -Destination (Join-Path $ModuleFolder 'en-US' 'BlueGreen.dll-Help.xml')
    }

    Set-Content -LiteralPath $stamp -Value (Get-InputState ($sources + $built))
}

function Show-Demo {
    Install-Tool haproxy haproxy
    Build-Solution
    $demo = Join-Path $Root 'examples' 'demo.ps1'
    Assert-File $demo 'the script that the demo runs'
    Import-Module $ModuleManifest
    $global:LASTEXITCODE = 0
    & $demo
    exit $LASTEXITCODE
}

function Get-TestProject {
    Get-ChildItem -Path (Join-Path $Root 'tests') -Filter '*.csproj' -Recurse |
        Where-Object { $_.BaseName -ne 'BlueGreen.Benchmarks' } |
        Where-Object { $name = $_.BaseName; $Project | Where-Object { $name -like $_ } } |
        ForEach-Object { $_.FullName }
}

# Runs a command in its own process with this one's console; true when it ended in time.
function Invoke-Limited([string] $Command, [string[]] $Arguments) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Command)
    $start.WorkingDirectory = $Root
    foreach ($argument in $Arguments) {
        $start.ArgumentList.Add($argument)
    }

    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $limit = [datetime]::UtcNow.AddMinutes($TimeoutMinutes)
        while (-not $process.WaitForExit(200)) {
            if ([datetime]::UtcNow -gt $limit) {
                return $false
            }
        }

        return $true
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

function Invoke-TestProject([string] $Path, [string] $Reports) {
    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    Write-Step "Testing $name"
    $assembly = Join-Path (Split-Path $Path) 'bin' 'Release' 'net10.0' "$name.dll"
    $report = Join-Path $Reports "$name.xml"
    $arguments = @($assembly, '-noLogo', '-result-xml', $report)
    if ([Console]::IsOutputRedirected) {
        $arguments += '-noColor'
    }

    if ($Filter) {
        $arguments += '-displayName', $Filter
    }

    $ended = Invoke-Limited dotnet $arguments
    if (-not $ended) {
        return New-Result $name 0 0 0 "did not end within $TimeoutMinutes minutes"
    } elseif (-not (Test-Path -LiteralPath $report)) {
        return New-Result $name 0 0 0 'crashed: it left no report'
    }

    $totals = New-Result $name 0 0 0 ''
    foreach ($run in ([xml] (Get-Content -LiteralPath $report -Raw)).SelectNodes('/assemblies/assembly')) {
        $totals.Passed += [int] $run.GetAttribute('passed')
        $totals.Failed += [int] $run.GetAttribute('failed') + [int] $run.GetAttribute('errors')
        $totals.Skipped += [int] $run.GetAttribute('skipped') + [int] $run.GetAttribute('not-run')
    }

    if ($totals.Passed + $totals.Failed + $totals.Skipped -eq 0 -and -not $Filter) {
        $totals.Trouble = 'ran no test'
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

function Invoke-Pester([string[]] $Path, [string] $Reports) {
    Write-Step 'Testing under Pester'
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
Invoke-Pester -Configuration `$configuration
"@
    $ended = Invoke-Limited $pwsh @('-NoProfile', '-NonInteractive', '-Command', $command)
    if (-not $ended) {
        return New-Result 'Pester' 0 0 0 "did not end within $TimeoutMinutes minutes"
    } elseif (-not (Test-Path -LiteralPath $report)) {
        return New-Result 'Pester' 0 0 0 'crashed: it left no report'
    }

    $run = [xml] (Get-Content -LiteralPath $report -Raw)
    $tests = $run.SelectNodes('//testcase').Count
    $failed = $run.SelectNodes('//testcase[failure or error]').Count
    $skipped = $run.SelectNodes('//testcase[skipped]').Count
    $trouble = if ($tests -eq 0) { 'ran no test' } else { '' }
    New-Result 'Pester' ($tests - $failed - $skipped) $failed $skipped $trouble
}

function Test-Everything {
    Install-Tool haproxy haproxy
    Install-Tool python3 python3
    Install-Tool ip iproute2
    Build-Solution

    $reports = Join-Path $Out 'test-results'
    if (Test-Path -LiteralPath $reports) {
        Remove-Item -LiteralPath $reports -Recurse -Force
    }

    New-Item -ItemType Directory -Path $reports | Out-Null
    # One after the other: the lab's tests measure times, and two at once would disturb each other.
    $results = @(Get-TestProject | ForEach-Object { Invoke-TestProject $_ $reports })
    $pesterFiles = @(Get-ChildItem -Path (Join-Path $Root 'tests') -Filter '*.Tests.ps1' | ForEach-Object { $_.FullName })
    if ($pesterFiles.Count -gt 0 -and ($Project | Where-Object { 'Pester' -like $_ })) {
        $results += Invoke-Pester $pesterFiles $reports
    }

    if ($results.Count -eq 0) {
        throw "No test project matches '$($Project -join "', '")'."
    }

    Write-Step 'Results'
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
}

function Measure-Performance {
    $benchmarks = Join-Path $Root 'tests' 'BlueGreen.Benchmarks' 'BlueGreen.Benchmarks.csproj'
    Assert-File $benchmarks 'the project of the benchmarks'
    Build-Solution
    $pattern = if ($Filter) { $Filter } else { '*' }
    & dotnet run --project $benchmarks -c Release --no-build -- --filter $pattern --artifacts (Join-Path $Out 'benchmarks')
    exit $LASTEXITCODE
}

# The same files give the same bytes: names in order, one time for all, modes that do not depend on the umask.
function New-Archive([string] $Folder, [string] $Path) {
    $stream = [System.IO.File]::Create($Path)
    try {
        $archive = [System.IO.Compression.ZipArchive]::new($stream, [System.IO.Compression.ZipArchiveMode]::Create)
        $names = [System.IO.Directory]::GetFiles($Folder, '*', 'AllDirectories') | ForEach-Object { [System.IO.Path]::GetRelativePath($Folder, $_) }
        [string[]] $names = $names
        [System.Array]::Sort($names, [System.StringComparer]::Ordinal)
        foreach ($name in $names) {
            $entry = $archive.CreateEntry("$(Split-Path $Folder -Leaf)/$($name.Replace('\', '/'))", 'Optimal')
            $entry.LastWriteTime = [System.DateTimeOffset]::new(1980, 1, 1, 0, 0, 0, [timespan]::Zero)
            # A file with mode 755 or 644, as Unix counts it.
            $mode = if ((Split-Path $name -Leaf) -eq 'BlueGreen.Lab') { 0x81ED } else { 0x81A4 }
            $entry.ExternalAttributes = $mode -shl 16
            $target = $entry.Open()
            $source = [System.IO.File]::OpenRead((Join-Path $Folder $name))
            $source.CopyTo($target)
            $source.Dispose()
            $target.Dispose()
        }

        $archive.Dispose()
    } finally {
        $stream.Dispose()
    }
}

function New-Package {
    Build-Solution
    Write-Step 'Packing'
    $version = (Test-ModuleManifest $ModuleManifest).Version
    $zip = Join-Path $Out "BlueGreen-$version.zip"
    New-Archive $ModuleFolder $zip
    Write-Host $zip
    Invoke-DotNet 'pack', (Join-Path $Root 'src' 'BlueGreen.Host'), '-c', 'Release', '-v', 'quiet', '--no-build', '-o', $Out
    Get-ChildItem -Path $Out -Filter 'BlueGreen.Host.*.nupkg' | ForEach-Object { Write-Host $_.FullName }
}

function Clear-Build {
    Write-Step 'Cleaning'
    $folders = @(Get-ChildItem -Path (Join-Path $Root 'src'), (Join-Path $Root 'tests') -Filter '*.csproj' -Recurse |
            ForEach-Object { (Join-Path $_.DirectoryName 'bin'), (Join-Path $_.DirectoryName 'obj') })
    foreach ($folder in $folders + $Out) {
        if (Test-Path -LiteralPath $folder) {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }
}

try {
    switch ($Task) {
        'build' { Build-Solution }
        'demo' { Show-Demo }
        'test' { Test-Everything }
        'bench' { Measure-Performance }
        'pack' { New-Package }
        'clean' { Clear-Build }
    }
} catch [System.Management.Automation.RuntimeException] {
    # What this script itself throws is written for its user, who has no need of a line of code.
    if (-not $_.Exception.WasThrownFromThrowStatement -or $_.InvocationInfo.ScriptName -ne $PSCommandPath) {
        throw
    }

    [Console]::Error.WriteLine("build.ps1: $($_.Exception.Message)")
    exit 1
}
