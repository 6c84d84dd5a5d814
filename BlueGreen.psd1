@{
    RootModule = 'BlueGreen.dll'
    ModuleVersion = '0.1.0'
    GUID = '3c9d7a0f-6a5e-4f6e-9a53-8f0b8a2d1c47'
    Author = 'BlueGreen contributors'
    CompanyName = 'BlueGreen contributors'
    Copyright = 'Copyright (c) BlueGreen contributors'
    Description = 'Puts a new version of a live service on DC/OS Marathon behind marathon-lb (HAProxy) with no request lost: blue/green deployments that show what they do and why they wait, and prove task by task that nothing was pending when a task was killed.'
    PowerShellVersion = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions = @('Desktop', 'Core')
    TypesToProcess = @('BlueGreen.Types.ps1xml')
    FormatsToProcess = @('BlueGreen.Format.ps1xml')
    CmdletsToExport = @(
        'Add-HaproxyServer'
        'Complete-BlueGreenDeployment'
        'Connect-BlueGreen'
        'Disconnect-BlueGreen'
        'Export-BlueGreenReport'
        'Get-BlueGreenHistory'
        'Get-BlueGreenSession'
        'Get-DeploymentGroup'
        'Get-HaproxyBackendStat'
        'Get-HaproxyInstance'
        'Get-MarathonApp'
        'Get-MarathonDeployment'
        'Get-MarathonTask'
        'New-MarathonApp'
        'Remove-HaproxyServer'
        'Remove-MarathonApp'
        'Resume-BlueGreenDeployment'
        'Set-HaproxyServer'
        'Set-MarathonApp'
        'Start-BlueGreenDeployment'
        'Start-BlueGreenLab'
        'Stop-BlueGreenLab'
        'Stop-MarathonTask'
        'Switch-DeploymentGroup'
        'Test-BlueGreenApp'
        'Test-BlueGreenSession'
        'Undo-BlueGreenDeployment'
        'Undo-MarathonDeployment'
        'Wait-BlueDrain'
        'Wait-MarathonApp'
        'Wait-MarathonDeployment'
        'Watch-MarathonEvent'
    )
    FunctionsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('Marathon', 'DCOS', 'Mesos', 'HAProxy', 'marathon-lb', 'BlueGreen', 'Deployment', 'ZeroDowntime', 'PSEdition_Core', 'PSEdition_Desktop')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
        }
    }
}
