namespace BlueGreen.Engine.Deployment.Reporting;

/// <summary>How the page looks. No character in it that XML would write otherwise than HTML.</summary>
internal static class ReportStyle
{
    public const string Css = """

        :root { --paper: #fbfbfa; --ink: #1d232b; --soft: #66707c; --rule: #e2e5e9; --card: #ffffff; --blue: #2f6fde; --green: #1f9d63; --out: #9aa3ad; --hold: #c4540a; --kill: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e9ed; --soft: #98a2ae; --rule: #2b3138; --card: #1b1f25; --blue: #6ea0ff; --green: #4cc38a; --out: #6b7480; --hold: #f0883e; --kill: #ff7b72; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 48px; }
        h1 { font-size: 28px; margin: 0 0 4px; display: flex; align-items: center; gap: 14px; flex-wrap: wrap; }
        h2 { font-size: 18px; margin: 0 0 12px; }
        h3 { font-size: 13px; font-weight: 600; color: var(--soft); margin: 18px 0 2px; }
        .reason { color: var(--soft); margin: 0 0 18px; overflow-wrap: anywhere; }
        .badge { font-size: 13px; font-weight: 600; padding: 3px 12px; border-radius: 999px; background: var(--green); color: var(--paper); }
        .badge.held, .badge.unfinished, .badge.stopped { background: var(--hold); }
        .badge.undone, .badge.hybrid { background: var(--blue); }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 0; }
        dl div, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
        dl div { padding: 10px 14px; }
        dt { font-size: 12px; color: var(--soft); }
        dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        section { margin-top: 20px; padding: 18px 20px; }
        svg { width: 100%; height: auto; display: block; }
        .grid { stroke: var(--rule); }
        .tick { fill: var(--soft); font-size: 11px; }
        .end { text-anchor: end; } .middle { text-anchor: middle; }
        .line { fill: none; stroke-width: 2; } .wanted { stroke-width: 1.5; stroke-dasharray: 4 4; opacity: .7; }
        .line.blue { stroke: var(--blue); } .line.green { stroke: var(--green); }
        .area { opacity: .85; } .area.blue { fill: var(--blue); } .area.green { fill: var(--green); }
        .area.out { opacity: .3; }
        .target { stroke: var(--ink); stroke-dasharray: 2 3; }
        .at { stroke: var(--soft); stroke-width: 1; opacity: .55; } .at.kill { stroke: var(--kill); opacity: 1; stroke-width: 1.5; } .at.hold { stroke: var(--hold); opacity: 1; stroke-width: 2; }
        .legend { display: flex; gap: 18px; flex-wrap: wrap; margin: 0; font-size: 13px; }
        .key::before { content: ""; display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; background: var(--out); opacity: .85; }
        .key.blue::before { background: var(--blue); } .key.green::before { background: var(--green); } .key.out::before { opacity: .4; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
        th { text-align: left; color: var(--soft); font-weight: 600; } th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
        td { overflow-wrap: anywhere; } td:first-child { white-space: nowrap; }
        tr.note td { color: var(--soft); } tr.kill td { color: var(--kill); } tr.hold td { color: var(--hold); }
        .bar { display: inline-flex; align-items: center; gap: 8px; white-space: nowrap; } .bar i { display: inline-block; height: 8px; min-width: 2px; border-radius: 4px; background: var(--out); }
        footer { margin-top: 20px; color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }

        """;
}
