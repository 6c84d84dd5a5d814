<#
.SYNOPSIS
Builds, shows, tests and packs BlueGreen.

.DESCRIPTION
Runs under pwsh 7.4 or newer and under BlueGreen.Host; build.sh finds either. Everything that it makes lies in out/.

.PARAMETER Task
build  builds the solution and lays the module out in out/BlueGreen as it ships (the default)
demo   builds, then shows a deployment on the embedded cluster under load
test   builds, then runs every test; the last line has the totals
soak   builds the simulation only, and plays fault schedules in virtual time; a broken promise is told with its seed
bench  builds, then runs the benchmarks; with -Zdd the side by side with zdd.py instead
pack   builds, then packs the module as a zip and the host as a dotnet tool
clean  removes what was built

.PARAMETER Project
test: only the test projects whose name matches one of these wildcards; commas part them. The name 'Pester' stands for *.Tests.ps1.

.PARAMETER Filter
test: only the tests whose name matches this wildcard. bench: only such benchmarks.

.PARAMETER Zdd
bench: the path of a zdd.py, to deploy the same service with it and with this module on the same cluster, under load. It needs python3 with
requests, dateutil and six.

.PARAMETER Schedules
soak: how many schedules are played, one seed each.

.PARAMETER Seed
soak: the first seed. With -Schedules 1 the whole story of that one is told.

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
    [ValidateSet('build', 'demo', 'test', 'soak', 'bench', 'pack', 'clean')]
    [string] $Task = 'build',

    [string[]] $Project = '*',

    [string] $Filter,

    [string] $Zdd,

    [ValidateRange(1, 100000000)]
    [int] $Schedules = 100000,

    [ValidateRange(0, 1000000000)]
    [int] $Seed = 1,

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
    $built = @('BlueGreen', 'BlueGreen.Zdd', 'BlueGreen.Lab') | ForEach-Object { Join-Path $Root 'src' $_ 'bin' 'Release' }
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
    Add-AheadOfTime ([System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)
    # The pages of the commands become the help that Get-Help reads.
    $buildHelp = Join-Path $Root 'docs' 'Build-Help.ps1'
    if (Test-Path -LiteralPath $buildHelp) {
        & $buildHelp -Module $ModuleManifest -Destination (Join-Path $ModuleFolder 'en-US' 'BlueGreen.dll-Help.xml')
    }

    Set-Content -LiteralPath $stamp -Value (Get-InputState ($sources + $built))
}

# The engine and its dependencies compiled for one system, beside those that run everywhere: the drop-in's own, which are the same.
function Add-AheadOfTime([string] $System) {
    $folder = Join-Path $ModuleFolder 'net10.0' $System
    & dotnet publish (Join-Path $Root 'src' 'BlueGreen.Zdd') -c Release -r $System --no-self-contained -p:PublishReadyToRun=true -o $folder -v quiet --disable-build-servers *> $null
    if ($LASTEXITCODE -ne 0) {
        # NuGet does not have the compiler for every machine, and it works without.
        Write-Host "Nothing was compiled ahead of time for $System."
        if (Test-Path -LiteralPath $folder) {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    } else {
        Get-ChildItem -LiteralPath $folder -File | Where-Object { $_.Name -like 'BlueGreen.Zdd.*' -or $_.Extension -ne '.dll' } | Remove-Item -Force
    }
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

function Test-Everything {
    Install-Tool haproxy haproxy
    Install-Tool python3 python3
    Install-Tool ip iproute2
    Build-Solution
    $global:LASTEXITCODE = 0
    & (Join-Path $Root 'tests' 'Invoke-Tests.ps1') -Project $Project -Filter $Filter -TimeoutMinutes $TimeoutMinutes -Reports (Join-Path $Out 'test-results')
    exit $LASTEXITCODE
}

function Invoke-Soak {
    $project = Join-Path $Root 'tests' 'BlueGreen.Simulation'
    Write-Step 'Building'
    Invoke-DotNet 'build', $project, '-c', 'Release', '-v', 'quiet'
    Write-Step "Playing $Schedules fault schedules from seed $Seed on"
    $arguments = @((Join-Path $project 'bin' 'Release' 'net10.0' 'BlueGreen.Simulation.dll'), '--schedules', $Schedules, '--seed', $Seed)
    if ($Schedules -eq 1) {
        $arguments += '--trace'
    }

    & dotnet $arguments
    exit $LASTEXITCODE
}

function Measure-Performance {
    $benchmarks = Join-Path $Root 'tests' 'BlueGreen.Benchmarks' 'BlueGreen.Benchmarks.csproj'
    Assert-File $benchmarks 'the project of the benchmarks'
    Build-Solution
    if ($Zdd) {
        Install-Tool haproxy haproxy
        Assert-File $Zdd 'the zdd.py to compare with'
        Import-Module $ModuleManifest
        & (Join-Path $Root 'tests' 'BlueGreen.Benchmarks' 'Compare-Zdd.ps1') -Zdd $Zdd | Format-Table -AutoSize
        return
    }

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
    'linux-x64', 'win-x64' | Where-Object { -not (Test-Path -LiteralPath (Join-Path $ModuleFolder 'net10.0' $_)) } | ForEach-Object { Add-AheadOfTime $_ }
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
        'soak' { Invoke-Soak }
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
