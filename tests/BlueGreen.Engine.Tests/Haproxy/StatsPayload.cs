namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>Statistics in the shape of one of HAProxy's versions.</summary>
internal static class StatsPayload
{
    private const string Columns20 =
        "pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,"
        + "downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,addr,cookie,mode";

    public const string Head20 = "# " + Columns20 + ",\n";

    /// <summary>From 2.3 on: a column named '-', and more behind it.</summary>
    public const string Head26 = "# " + Columns20 + ",agg_server_status,-,ssl_sess,h1_bytes_in,\n";

    public static string Row(
        string backend, string server, string status, int sessions = 0, int queue = 0, int type = 2, string check = "", string weight = "1", bool new26 = false) =>
        $"{backend},{server},{queue},0,{sessions},3,,7,0,0,,0,,0,0,0,0,{status},{weight},1,0,0,0,16,0,,1,4,1,,7,,{type},0,,1,{check},,0,10.0.0.5:31001,,http,"
        + (new26 ? "1,-,0,0," : "") + "\n";

    public static string Page(int pid, string uptime = "0d 1h02m03s", string version = "2.6.12-1+deb12u4") => $"""
        <html><head><title>Statistics Report for HAProxy</title></head>
        <body><h1><a href="http://www.haproxy.org/" style="text-decoration: none;">HAProxy version {version}, released 2026/10/17</a></h1>
        <h2>Statistics Report for pid {pid}</h2>
        <h3>&gt; General process information</h3>
        <table border=0><tr><td align="left" nowrap width="1%">
        <p><b>pid = </b> {pid} (process #1, nbproc = 1, nbthread = 2)<br>
        <b>uptime = </b> {uptime}<br>
        <b>system limits:</b> memmax = unlimited; ulimit-n = 433<br>
        </td></tr></table>
        """;
}
