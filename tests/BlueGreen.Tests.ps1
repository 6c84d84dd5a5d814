# The module as it ships, in a real pwsh. The hosted tests in tests/acceptance go further; these show that nothing depends on their host.

BeforeAll {
    $folder = Join-Path $PSScriptRoot '../out/BlueGreen'
    if (-not (Test-Path (Join-Path $folder 'BlueGreen.psd1'))) { throw "The module is not built: run ./build.sh build first." }
    Import-Module (Join-Path $folder 'BlueGreen.psd1') -Force
}

Describe 'The module' {
    It 'exports what its manifest names' {
        $manifest = Import-PowerShellDataFile (Join-Path $folder 'BlueGreen.psd1')
        (Get-Command -Module BlueGreen).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'has help with examples for every command' {
        foreach ($command in Get-Command -Module BlueGreen) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -BeNullOrEmpty
            @($help.examples.example).Count | Should -BeGreaterOrEqual 2 -Because $command.Name
        }
    }

    It 'keeps its libraries apart from those of PowerShell' {
        Test-BlueGreenApp -Path (Join-Path $PSScriptRoot '../examples/myapp.json') -WarningAction SilentlyContinue | Should -BeFalse
        $engine = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'BlueGreen.Engine' }
        @($engine).Count | Should -Be 1
        [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($engine).Name | Should -Be 'BlueGreen'
    }

    It 'says how to connect when there is no session' {
        { Get-MarathonApp -ErrorAction Stop } | Should -Throw -ErrorId 'NotConnected,*'
    }
}

Describe 'A deployment on the lab' {
    BeforeAll {
        $null = Start-BlueGreenLab -LoadBalancers 1
        $serve = "dotnet '$(Join-Path $folder 'lab/BlueGreen.Lab.dll')' serve --version"
        New-MarathonApp -Wait -Definition @{
            id = '/shop'; cmd = "$serve 1"; instances = 2; cpus = 0.1; mem = 32
            portDefinitions = @(@{ port = 10000 })
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
        }
    }

    AfterAll { Stop-BlueGreenLab }

    It 'shows a plan and changes nothing with -WhatIf' {
        $plan = Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd "$serve 2" -WhatIf
        $plan.Number | Should -Be (1..$plan.Count)
        (Get-MarathonApp).Id | Should -Be '/shop'
    }

    It 'puts the new colour in the place of the old one and proves each drain' {
        $deployment = Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd "$serve 2" -Force
        $deployment.Result | Should -Be 'Completed'
        $deployment.TasksKilledUnproven | Should -BeNullOrEmpty
        $deployment.DrainProofs.IsDrained | Should -Not -Contain $false
        (Get-DeploymentGroup shop).LiveColour | Should -Be 'blue'
    }
}
