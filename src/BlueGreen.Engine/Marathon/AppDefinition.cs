using System.Collections;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// An app as it is to be posted. Immutable: every change makes a new one. Members that this module does not know stay as they are;
/// members that are null are left out, as zdd.py does, and numbers and flags among labels and environment become text, the
/// only thing that Marathon takes there.
/// </summary>
public sealed class AppDefinition
{
    private readonly JObject _json;

    /// <summary>Takes the JSON over; the caller must not change it afterwards.</summary>
    internal AppDefinition(JObject json) => _json = json;

    /// <summary>The id as written; null for a partial update.</summary>
    public string? Id => _json.Text("id");

    /// <summary>How many instances it asks for; null when it does not say.</summary>
    public int? Instances => _json.Number("instances");

    /// <summary>The deployment group that it is to join; null when it names none.</summary>
    public string? DeploymentGroup => (_json["labels"] as JObject)?.Text(DeploymentLabels.Group);

    /// <summary>Reads a definition from text.</summary>
    /// <param name="text">JSON (comments are fine) or YAML 1.2.</param>
    /// <param name="sourceName">
    /// Where it comes from, for errors. Ends with <c>.json</c>, <c>.yaml</c> or <c>.yml</c>, or the text itself tells.
    /// </param>
    /// <exception cref="BlueGreenException"><c>AppDefinitionUnreadable</c> with line and column; <c>AppDefinitionInvalid</c>.</exception>
    public static AppDefinition Parse(string text, string sourceName)
    {
        var json = IsJson(text, sourceName) ? DefinitionJson.Read(text, sourceName) : DefinitionYaml.Read(text, sourceName);
        return Checked(json, sourceName);
    }

    /// <summary>Reads a definition from a JSON or YAML file.</summary>
    /// <exception cref="BlueGreenException"><c>AppFileNotFound</c>, <c>AppFileUnreadable</c>, and those of <see cref="Parse"/>.</exception>
    public static AppDefinition FromFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlueGreenException(
                ErrorKind.NotFound, "AppFileNotFound", $"There is no file {path}.",
                "Check the path; it is relative to the current location.", path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidData, "AppFileUnreadable", $"The file {path} cannot be read: {error.Message}",
                "Check the path and the rights on the file.", path, error);
        }
    }

    /// <summary>Makes a definition from plain values: texts, numbers, flags, nested dictionaries and lists.</summary>
    /// <exception cref="BlueGreenException"><c>AppDefinitionInvalid</c> naming the member with a value that JSON has no word for.</exception>
    public static AppDefinition FromDictionary(IDictionary values) =>
        Checked((JObject)PlainValues.ToJson(values, ""), "definition");

    /// <summary>
    /// The definition behind a live app, as its user's file would have it: without what Marathon only tells or fills in twice, and
    /// with the labels, the id and the service ports of a blue/green tool taken back.
    /// </summary>
    public static AppDefinition FromApp(MarathonApp app) => Checked(LiveAppCleaner.Clean(app), app.Id);

    /// <summary>A copy with changes.</summary>
    /// <exception cref="BlueGreenException"><c>ChangeNotPossible</c> naming the path that cannot be followed, and where it ends.</exception>
    public AppDefinition With(AppChanges changes)
    {
        var json = CopyJson();
        AppChanger.Apply(json, changes);
        return Checked(json, Id ?? "definition");
    }

    /// <summary>The definition as JSON, as it goes to Marathon.</summary>
    public string ToJson() => _json.ToString(Formatting.Indented);

    /// <inheritdoc/>
    public override string ToString() => Id ?? "(partial)";

    /// <summary>A copy to make a changed definition of.</summary>
    internal JObject CopyJson() => (JObject)_json.DeepClone();

    private static AppDefinition Checked(JObject json, string sourceName)
    {
        DefinitionShape.Tidy(json);
        DefinitionShape.Check(json, sourceName);
        return new AppDefinition(json);
    }

    private static bool IsJson(string text, string sourceName) => Path.GetExtension(WithoutBadCharacters(sourceName)).ToLowerInvariant() switch
    {
        ".json" => true,
        ".yaml" or ".yml" => false,
        // A comment may stand before the brace.
        _ => text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').FirstOrDefault() is '{' or '[' or '/' or '\0',
    };

    /// <summary>.NET Framework throws on characters that no path may have.</summary>
    private static string WithoutBadCharacters(string name) => name.IndexOfAny(Path.GetInvalidPathChars()) < 0 ? name : "";
}
