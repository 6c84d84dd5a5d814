using System.Text;

namespace BlueGreen.Zdd.CommandLine;

/// <summary>What <c>--help</c>, <c>--longhelp</c> and errors of the command line show.</summary>
internal static class Usage
{
    public const string Program = "bluegreen zdd";

    private const int Width = 100;
    private const int HelpColumn = 26;

    public static string Short()
    {
        var prefix = $"usage: {Program} ";
        var parts = Options.All.Select(option => option.Key == "help" ? "[-h]" : $"[--{option.Key}{(option.TakesValue ? $" {option.ValueName}" : "")}]");
        return prefix + Wrap(parts, prefix.Length);
    }

    public static string Help()
    {
        var text = new StringBuilder(Short());
        text.Append("""


            Puts a new version of an app on Marathon behind marathon-lb in place of the one that serves, with no request lost.
            Takes the arguments of marathon-lb's zdd.py, works with the same labels, and ends with the same codes.


            """);
        Section("options", option => !option.IsOwn);
        text.AppendLine();
        Section("options that zdd.py does not have (to be spelt out in full)", option => option.IsOwn);
        text.Append("""

            What differs from zdd.py: no session is cut and nothing is waited for without a limit, unless you choose so (--max-wait,
            --cut-sessions, --max-health-wait); no task is killed that any load balancer could still send requests to; the old colour keeps
            its full number until the new one serves alone, and is then removed at once. --longhelp tells the exit codes.
            """);
        return text.ToString();

        void Section(string title, Func<Option, bool> belongs)
        {
            text.Append(title).AppendLine(":");
            foreach (var option in Options.All.Where(belongs)) Describe(text, option);
        }
    }

    public static string Long() => """
        Labels that your app has to have:
          HAPROXY_DEPLOYMENT_GROUP      what the two colours have in common; the name of the service in HAProxy
          HAPROXY_DEPLOYMENT_ALT_PORT   the service port of the second colour, since service ports are unique in Marathon;
                                        one for each port with commas between when there are several

        Labels that are set on the app that is created:
          HAPROXY_APP_ID                       the id as it stands in your file; the app's own id has the colour behind it
          HAPROXY_0_PORT                       the service port in your file: the one that clients use
          HAPROXY_DEPLOYMENT_COLOUR            blue or green
          HAPROXY_DEPLOYMENT_STARTED_AT        when the deployment began: tells which of the two is newer
          HAPROXY_DEPLOYMENT_TARGET_INSTANCES  how many instances the service has in the end
          HAPROXY_DEPLOYMENT_NEW_INSTANCES     --new-instances

        How a deployment goes:
          The first one of a group only creates the app. Any other creates the other colour beside the one that serves, with
          --initial-instances, and grows it step by step. marathon-lb takes as many tasks of the old colour out of its pools. When
          the new colour serves alone on every load balancer and nothing is pending on any task of the old one, the old app is removed.
          With --new-instances both stay; --complete-cur and --complete-prev end that in favour of either.
          A deployment that was left half-way is gone on with by --resume, --complete-cur or --complete-prev, with zdd.py just so.

        Exit codes:
          0   done
          1   a question was answered with no: both colours are up
          2   the command line cannot be followed, or something that has no code of its own: a pre-kill hook that refuses, an unreadable
              file, a deployment that is under way already
          3   arguments that make no sense here, such as --complete-cur with one colour only
          4   the app lacks its id, a label or its service port
          5   a load balancer cannot be found or read, or does not take up what Marathon says
          6   Marathon cannot be reached, or refuses to be read
          7   the new app could not be created
          8   the old app could not be removed
          9   an app could not be scaled
          10  held: not healthy in --max-health-wait, not drained in --max-wait, or an app was changed by somebody else. Both colours are
              up and everything is served; zdd.py has no such code, since it waits for ever or cuts sessions
          130, 143  ended by a signal: both colours are up
        """;

    private static void Describe(StringBuilder text, Option option)
    {
        var names = string.Join(", ", option.Names.Select(name => option.TakesValue ? $"{name} {option.ValueName}" : name));
        var help = option.TakesValue ? $"{option.Help} (default: {option.Default ?? "none"})" : option.Help;
        var indent = new string(' ', HelpColumn);
        var head = $"  {names}";
        text.Append(head).Append(head.Length + 2 > HelpColumn ? $"\n{indent}" : new string(' ', HelpColumn - head.Length));
        text.AppendLine(Wrap(help.Split(' '), HelpColumn));
    }

    private static string Wrap(IEnumerable<string> words, int indent)
    {
        var text = new StringBuilder();
        var column = indent;
        foreach (var word in words)
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (column > indent)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
        }

        return text.ToString();
    }
}
