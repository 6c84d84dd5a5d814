namespace BlueGreen.Host.Running;

/// <summary>Answers for the commands that come with pwsh and not with the engine: which module has them, and how to run them.</summary>
internal static class PwshCommands
{
    // What pwsh 7.6 brings along, by module.
    private static readonly (string Module, string Commands)[] Modules =
    [
        ("Microsoft.PowerShell.Host", "Start-Transcript Stop-Transcript"),
        ("Microsoft.PowerShell.Security", """
            ConvertFrom-SecureString ConvertTo-SecureString Get-Acl Get-AuthenticodeSignature Get-CmsMessage Get-Credential
            Get-ExecutionPolicy Get-PfxCertificate New-FileCatalog Protect-CmsMessage Set-Acl Set-AuthenticodeSignature
            Set-ExecutionPolicy Test-FileCatalog Unprotect-CmsMessage
            """),
        ("Microsoft.PowerShell.Management", """
            Add-Content Clear-Content Clear-Item Clear-ItemProperty Clear-RecycleBin Convert-Path Copy-Item Copy-ItemProperty
            Debug-Process Get-ChildItem Get-Clipboard Get-ComputerInfo Get-Content Get-HotFix Get-Item Get-ItemProperty
            Get-ItemPropertyValue Get-Location Get-Process Get-PSDrive Get-PSProvider Get-Service Get-TimeZone Invoke-Item
            Join-Path Move-Item Move-ItemProperty New-Item New-ItemProperty New-PSDrive New-Service Pop-Location Push-Location
            Remove-Item Remove-ItemProperty Remove-PSDrive Remove-Service Rename-Computer Rename-Item Rename-ItemProperty
            Resolve-Path Restart-Computer Restart-Service Resume-Service Set-Clipboard Set-Content Set-Item Set-ItemProperty
            Set-Location Set-Service Set-TimeZone Split-Path Start-Process Start-Service Stop-Computer Stop-Process Stop-Service
            Suspend-Service Test-Connection Test-Path Wait-Process
            """),
        ("Microsoft.PowerShell.Utility", """
            Add-Member Add-Type Clear-Variable Compare-Object ConvertFrom-CliXml ConvertFrom-Csv ConvertFrom-Json
            ConvertFrom-Markdown ConvertFrom-SddlString ConvertFrom-StringData ConvertTo-CliXml ConvertTo-Csv ConvertTo-Html
            ConvertTo-Json ConvertTo-Xml Debug-Runspace Disable-PSBreakpoint Disable-RunspaceDebug Enable-PSBreakpoint
            Enable-RunspaceDebug Export-Alias Export-Clixml Export-Csv Export-FormatData Export-PSSession Format-Custom
            Format-Hex Format-List Format-Table Format-Wide Get-Alias Get-Culture Get-Date Get-Error Get-Event
            Get-EventSubscriber Get-FileHash Get-FormatData Get-Host Get-MarkdownOption Get-Member Get-PSBreakpoint
            Get-PSCallStack Get-Random Get-Runspace Get-RunspaceDebug Get-SecureRandom Get-TraceSource Get-TypeData
            Get-UICulture Get-Unique Get-Uptime Get-Variable Get-Verb Group-Object Import-Alias Import-Clixml Import-Csv
            Import-LocalizedData Import-PowerShellDataFile Import-PSSession Invoke-Expression Invoke-RestMethod
            Invoke-WebRequest Join-String Measure-Command Measure-Object New-Alias New-Event New-Guid New-Object
            New-TemporaryFile New-TimeSpan New-Variable Out-File Out-GridView Out-Printer Out-String Read-Host
            Register-EngineEvent Register-ObjectEvent Remove-Alias Remove-Event Remove-PSBreakpoint Remove-TypeData
            Remove-Variable Select-Object Select-String Select-Xml Send-MailMessage Set-Alias Set-Date Set-MarkdownOption
            Set-PSBreakpoint Set-TraceSource Set-Variable Show-Command Show-Markdown Sort-Object Start-Sleep Tee-Object
            Test-Json Trace-Command Unblock-File Unregister-Event Update-FormatData Update-List Update-TypeData
            Wait-Debugger Wait-Event Write-Debug Write-Error Write-Host Write-Information Write-Output Write-Progress
            Write-Verbose Write-Warning
            """),
        ("Microsoft.PowerShell.Diagnostics", "Get-Counter Get-WinEvent New-WinEvent"),
        ("Microsoft.PowerShell.Archive", "Compress-Archive Expand-Archive"),
        ("Microsoft.PowerShell.ThreadJob", "Start-ThreadJob"),
        ("Microsoft.PowerShell.PSResourceGet", """
            Find-PSResource Get-InstalledPSResource Get-PSResourceRepository Install-PSResource Publish-PSResource
            Register-PSResourceRepository Save-PSResource Uninstall-PSResource Update-PSResource
            """),
        ("PowerShellGet", "Find-Module Get-InstalledModule Install-Module Install-Script Publish-Module Save-Module Update-Module"),
        ("PSReadLine", "Get-PSReadLineKeyHandler Get-PSReadLineOption Set-PSReadLineKeyHandler Set-PSReadLineOption"),
    ];

    private static readonly Dictionary<string, string> ModuleOf = Modules
        .SelectMany(module => module.Commands
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(command => (command, module.Module)))
        .ToDictionary(pair => pair.command, pair => pair.Module, StringComparer.OrdinalIgnoreCase);

    /// <summary>The engine asks this when it has not found a command.</summary>
    public static void OnCommandNotFound(object? sender, CommandLookupEventArgs lookup)
    {
        if (ModuleFor(lookup.CommandName) is not null)
            lookup.Command = new CmdletInfo(lookup.CommandName, typeof(PwshOnlyCommand));
    }

    /// <summary>The module of pwsh that has a command; null when pwsh has no such command.</summary>
    public static string? ModuleFor(string command) => ModuleOf.GetValueOrDefault(command[(command.LastIndexOf('\\') + 1)..]);
}
