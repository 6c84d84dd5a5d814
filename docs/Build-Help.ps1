<#
.SYNOPSIS
Makes the help that Get-Help reads out of the pages in docs/commands.

.DESCRIPTION
The pages hold what only a person can write; syntax, types, aliases and default values come from the commands themselves, so they
cannot grow apart. A command or parameter without a description is an error.

A page is: '# Name', the synopsis as one paragraph, the description, '## Parameters' with a '### Name' each, '## Examples' with a
'### Title' each and its code fenced. What a parameter means everywhere stands in _common.md.

.PARAMETER Module
The manifest of the built module.

.PARAMETER Destination
The file to write.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$Maml = 'http://schemas.microsoft.com/maml/2004/10'
$Command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
$Dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

# Parts of a text by its headings of one level, in order; what stands before the first has the name ''.
function Split-Section([string] $Text, [string] $Mark) {
    $sections = [ordered] @{ '' = '' }
    $name = ''
    $fenced = $false
    foreach ($line in $Text -split "`r?`n") {
        if ($line.StartsWith('```')) { $fenced = -not $fenced }
        if (-not $fenced -and $line.StartsWith("$Mark ")) {
            $name = $line.Substring($Mark.Length + 1).Trim()
            $sections[$name] = ''
        } else {
            $sections[$name] += "$line`n"
        }
    }

    $sections
}

function Get-Paragraph([string] $Text) {
    $Text.Trim() -split "\n\s*\n" | ForEach-Object { ($_ -replace '\s*\n\s*', ' ').Trim() } | Where-Object { $_ }
}

function Read-Page([string] $Path, $Common) {
    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    $chapters = Split-Section ((Get-Content -LiteralPath $Path -Raw) -replace '^# [^\n]*\n', '') '##'
    $paragraphs = @(Get-Paragraph $chapters[''])
    $parameters = [System.Collections.Hashtable]::new([System.StringComparer]::OrdinalIgnoreCase)
    foreach ($source in $Common, (Split-Section "$($chapters['Parameters'])" '###')) {
        foreach ($key in $source.Keys) { $parameters[$key] = $source[$key] }
    }

    [pscustomobject] @{
        Name = $name
        Synopsis = $paragraphs | Select-Object -First 1
        Description = @($paragraphs | Select-Object -Skip 1)
        Parameters = $parameters
        Examples = Split-Section "$($chapters['Examples'])" '###'
    }
}

function Write-Text([string] $Name, [string] $Namespace, [string] $Text) {
    $Xml.WriteElementString($Name, $Namespace, $Text)
}

function Write-Paragraphs([string] $Name, [string[]] $Text) {
    $Xml.WriteStartElement($Name, $Maml)
    foreach ($paragraph in $Text) { Write-Text 'para' $Maml $paragraph }
    $Xml.WriteEndElement()
}

function Get-PipelineInput($Parameter) {
    $ways = @()
    if ($Parameter.ValueFromPipeline) { $ways += 'ByValue' }
    if ($Parameter.ValueFromPipelineByPropertyName) { $ways += 'ByPropertyName' }
    if ($ways) { "True ($($ways -join ', '))" } else { 'False' }
}

function Get-TypeName([type] $Type) {
    $inner = [System.Nullable]::GetUnderlyingType($Type)
    if ($inner) { $inner.Name } else { $Type.Name }
}

# What a parameter is when it is not given: the command's own object tells.
function Get-DefaultValue($Cmdlet, [string] $Name) {
    $property = $Cmdlet.ImplementingType.GetProperty($Name)
    if (-not $property) { return 'None' }
    $value = $property.GetValue([System.Activator]::CreateInstance($Cmdlet.ImplementingType))
    if ($null -eq $value -or "$value" -eq '') { 'None' } else { "$value" }
}

function Write-Parameter($Cmdlet, $Parameter, $Page, [bool] $WithDetails) {
    $text = $Page.Parameters[$Parameter.Name]
    if (-not $text) { throw "The parameter $($Parameter.Name) of $($Cmdlet.Name) has no description in docs/commands." }
    $globbing = $Parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }
    $isSwitch = $Parameter.ParameterType -eq [switch]

    $Xml.WriteStartElement('parameter', $Command)
    $Xml.WriteAttributeString('required', "$([bool] $Parameter.IsMandatory)".ToLowerInvariant())
    $Xml.WriteAttributeString('variableLength', "$($Parameter.ParameterType.IsArray)".ToLowerInvariant())
    $Xml.WriteAttributeString('globbing', "$([bool] $globbing)".ToLowerInvariant())
    $Xml.WriteAttributeString('pipelineInput', (Get-PipelineInput $Parameter))
    $position = if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }
    $Xml.WriteAttributeString('position', $position)
    $aliases = @($Parameter.Aliases) -join ', '
    $Xml.WriteAttributeString('aliases', $(if ($aliases) { $aliases } else { 'none' }))
    Write-Text 'name' $Maml $Parameter.Name
    Write-Paragraphs 'description' (Get-Paragraph $text)
    if (-not $isSwitch) {
        $Xml.WriteStartElement('parameterValue', $Command)
        $Xml.WriteAttributeString('required', 'true')
        $Xml.WriteString((Get-TypeName $Parameter.ParameterType))
        $Xml.WriteEndElement()
    }

    if ($WithDetails) {
        $Xml.WriteStartElement('type', $Dev)
        Write-Text 'name' $Maml (Get-TypeName $Parameter.ParameterType)
        $Xml.WriteEndElement()
        Write-Text 'defaultValue' $Dev (Get-DefaultValue $Cmdlet $Parameter.Name)
    }

    $Xml.WriteEndElement()
}

function Write-TypeList([string] $List, [string] $Item, [string[]] $Types) {
    $Xml.WriteStartElement($List, $Command)
    foreach ($type in $Types) {
        $Xml.WriteStartElement($Item, $Command)
        $Xml.WriteStartElement('type', $Dev)
        Write-Text 'name' $Maml $type
        $Xml.WriteEndElement()
        $Xml.WriteEndElement()
    }

    $Xml.WriteEndElement()
}

function Write-Example([string] $Title, [string] $Text) {
    if ($Text -notmatch '(?s)```powershell\r?\n(.*?)\r?\n```(.*)') { throw "The example '$Title' has no code between fences." }
    $code, $remarks = $Matches[1], $Matches[2]
    $Xml.WriteStartElement('example', $Command)
    Write-Text 'title' $Maml $Title
    Write-Text 'code' $Dev $code
    $Xml.WriteStartElement('remarks', $Dev)
    foreach ($paragraph in Get-Paragraph $remarks) { Write-Text 'para' $Maml $paragraph }
    $Xml.WriteEndElement()
    $Xml.WriteEndElement()
}

function Write-Help($Cmdlet, $Page) {
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    $Xml.WriteStartElement('command', 'command', $Command)
    $Xml.WriteStartElement('details', $Command)
    Write-Text 'name' $Command $Cmdlet.Name
    Write-Text 'verb' $Command $Cmdlet.Verb
    Write-Text 'noun' $Command $Cmdlet.Noun
    Write-Paragraphs 'description' $Page.Synopsis
    $Xml.WriteEndElement()
    Write-Paragraphs 'description' $(if ($Page.Description) { $Page.Description } else { $Page.Synopsis })

    $Xml.WriteStartElement('syntax', $Command)
    $all = [ordered] @{}
    foreach ($set in $Cmdlet.ParameterSets) {
        $Xml.WriteStartElement('syntaxItem', $Command)
        Write-Text 'name' $Maml $Cmdlet.Name
        foreach ($parameter in $set.Parameters | Where-Object { $_.Name -notin $common }) {
            Write-Parameter $Cmdlet $parameter $Page $false
            if (-not $all.Contains($parameter.Name)) { $all[$parameter.Name] = $parameter }
        }

        $Xml.WriteEndElement()
    }

    $Xml.WriteEndElement()
    $Xml.WriteStartElement('parameters', $Command)
    foreach ($parameter in $all.Values) { Write-Parameter $Cmdlet $parameter $Page $true }
    $Xml.WriteEndElement()
    $piped = @($all.Values | Where-Object ValueFromPipeline | ForEach-Object { $_.ParameterType.FullName })
    Write-TypeList 'inputTypes' 'inputType' $(if ($piped) { $piped } else { 'None' })
    Write-TypeList 'returnValues' 'returnValue' @($Cmdlet.OutputType | ForEach-Object { if ($_.Name -eq 'System.Void') { 'None' } else { $_.Name } })
    $Xml.WriteStartElement('examples', $Command)
    $number = 0
    foreach ($title in $Page.Examples.Keys | Where-Object { $_ }) {
        Write-Example "---------- Example $((++$number)): $title ----------" $Page.Examples[$title]
    }

    $Xml.WriteEndElement()
    $Xml.WriteEndElement()
}

$pages = Join-Path $PSScriptRoot 'commands'
$commonText = Split-Section (Get-Content -LiteralPath (Join-Path $pages '_common.md') -Raw) '###'
$loaded = Import-Module (Resolve-Path -LiteralPath $Module).Path -PassThru
$settings = [System.Xml.XmlWriterSettings]::new()
$settings.Indent = $true
$settings.NewLineChars = "`n"
$Xml = [System.Xml.XmlWriter]::Create($Destination, $settings)
try {
    $Xml.WriteStartElement('helpItems', 'http://msh')
    $Xml.WriteAttributeString('schema', 'maml')
    $Xml.WriteAttributeString('xmlns', 'maml', $null, $Maml)
    $Xml.WriteAttributeString('xmlns', 'command', $null, $Command)
    $Xml.WriteAttributeString('xmlns', 'dev', $null, $Dev)
    foreach ($cmdlet in $loaded.ExportedCmdlets.Values) {
        $page = Join-Path $pages "$($cmdlet.Name).md"
        if (-not (Test-Path -LiteralPath $page)) { throw "$($cmdlet.Name) has no page in docs/commands." }
        Write-Help $cmdlet (Read-Page $page $commonText)
    }

    $Xml.WriteEndElement()
} finally {
    $Xml.Dispose()
}
