using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>An app as it is to be posted. Immutable: every change makes a new one.</summary>
public sealed class AppDefinition
{
    private readonly JObject _json;

    /// <summary>Takes the JSON over; the caller must not change it afterwards.</summary>
    internal AppDefinition(JObject json) => _json = json;

    /// <summary>The id as written; null for a partial update.</summary>
    public string? Id => _json.Text("id");

    /// <summary>How many instances it asks for; null when it does not say.</summary>
    public int? Instances => _json.Number("instances");

    /// <summary>The definition as JSON, as it goes to Marathon.</summary>
    public string ToJson() => _json.ToString(Formatting.Indented);

    /// <inheritdoc/>
    public override string ToString() => Id ?? "(partial)";

    /// <summary>A copy to make a changed definition of.</summary>
    internal JObject CopyJson() => (JObject)_json.DeepClone();
}
