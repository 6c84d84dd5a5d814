using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Carries out changes on a definition's JSON.</summary>
internal static class AppChanger
{
    public static void Apply(JObject json, AppChanges changes)
    {
        if (changes.Image is { } image) SetImage(json, image);
        if (changes.Cmd is { } cmd) json["cmd"] = cmd;
        if (changes.Instances is { } instances) json["instances"] = instances;
        SetAll(json, "env", changes.Env);
        SetAll(json, "labels", changes.Labels);
        // In order of the path: what one change makes, a longer path may change further, whatever order a hashtable has.
        foreach (var change in changes.Set.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            Set(json, MemberPath.Parse(change.Key), PlainValues.ToJson(change.Value, change.Key));
        }
    }

    private static void SetImage(JObject json, string image)
    {
        if (json["container"] is not JObject container)
        {
            throw NotPossible(
                "container.docker.image", "the app has no container", "Give the whole container with -Set, or leave the image out.");
        }

        if (container["docker"] is not JObject docker) container["docker"] = docker = [];
        docker["image"] = image;
    }

    private static void SetAll(JObject json, string name, IReadOnlyDictionary<string, string?> values)
    {
        if (values.Count == 0) return;
        if (json[name] is not JObject map) json[name] = map = [];
        foreach (var pair in values)
        {
            if (pair.Value is null) map.Remove(pair.Key);
            else map[pair.Key] = pair.Value;
        }
    }

    private static void Set(JObject root, MemberPath path, JToken value)
    {
        var isRemoval = value.Type == JTokenType.Null;
        JToken at = root;
        for (var i = 0; i < path.Steps.Length - 1; i++)
        {
            var next = Get(at, path, i);
            if (next is null)
            {
                if (isRemoval) return;
                next = path.Steps[i + 1].Index is null ? new JObject() : new JArray();
                Put(at, path, i, next);
            }

            at = next;
        }

        var last = path.Steps.Length - 1;
        if (!isRemoval) Put(at, path, last, value);
        else if (Get(at, path, last) is { } old) Remove(old);
    }

    /// <summary>Null when there is nothing yet, and something may be put.</summary>
    private static JToken? Get(JToken at, MemberPath path, int step)
    {
        if (path.Steps[step].Name is { } name)
        {
            return at is JObject json ? json[name] : throw NotPossible(path.Text, $"{path.Upto(step)} is not an object", Remedy);
        }

        var index = path.Steps[step].Index!.Value;
        if (at is not JArray array) throw NotPossible(path.Text, $"{path.Upto(step)} is not a list", Remedy);
        if (index <= array.Count) return index < array.Count ? array[index] : null;
        throw NotPossible(path.Text, $"{path.Upto(step)} has {array.Count} entries, so [{index}] would leave a gap", Remedy);
    }

    private static void Put(JToken at, MemberPath path, int step, JToken value)
    {
        var old = Get(at, path, step);
        if (path.Steps[step].Name is { } name) at[name] = value;
        else if (old is null) ((JArray)at).Add(value);
        else old.Replace(value);
    }

    private static void Remove(JToken old)
    {
        if (old.Parent is JProperty property) property.Remove();
        else old.Remove();
    }

    private const string Remedy = "Check the path against the definition: Get-MarathonApp shows its JSON.";

    private static BlueGreenException NotPossible(string path, string why, string remedy) => new(
        ErrorKind.InvalidArgument, "ChangeNotPossible", $"'{path}' cannot be set: {why}.", remedy, path);
}
