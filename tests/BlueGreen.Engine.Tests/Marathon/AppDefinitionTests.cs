using System.Collections;
using System.Numerics;
using BlueGreen.Engine.Marathon;
using CsCheck;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Marathon;

public class AppDefinitionTests
{
    [Fact]
    public void Json_may_have_comments_and_loses_its_nulls_at_every_depth()
    {
        var app = AppDefinition.Parse(
            """
            // the shop
            {
              "id": "/shop", /* its id */
              "user": null,
              "container": {"docker": {"image": "shop:1", "parameters": null}},
              "healthChecks": [{"path": null, "protocol": "HTTP"}]
            }
            """, "shop.json");

        Same("""{"id":"/shop","container":{"docker":{"image":"shop:1"}},"healthChecks":[{"protocol":"HTTP"}]}""", app);
    }

    [Theory]
    [InlineData("{\n  \"id\": \"/a\",\n  \"cmd\": }", "a.json", "a.json(3,")]
    [InlineData("{\"id\": \"/a\",\n \"id\": \"/b\"}", "a.json", "a.json(2,")]
    [InlineData("{\"id\": \"/a\"} x", "a.json", "a.json(1,")]
    [InlineData("[1]", "a.json", "is not an object")]
    [InlineData("", "a.json", "the text is empty")]
    [InlineData("{\"id\": \"/a\"", "a.json", "a.json(1,")]
    [InlineData("id: /a\ncmd: [1, 2", "a.yaml", "a.yaml(")]
    [InlineData("id: /a\nid: /b\n", "a.yaml", "a.yaml(2,1)")]
    [InlineData("id: /a\n'id': /b\n", "a.yml", "a.yml(2,1)")]
    [InlineData("id: /a\nenv:\n  <<: {A: 1}\n", "a.yml", "a.yml(3,3): merge keys")]
    [InlineData("id: /a\n---\nid: /b\n", "a.yml", "a.yml(3,1): there is a second document")]
    [InlineData("- 1\n", "a.yml", "a.yml(1,1): it is not an object")]
    [InlineData("id: /a\nmem: .inf\n", "a.yml", "a.yml(2,6): JSON has no number .inf")]
    [InlineData("id: !secret /a\n", "a.yml", "a.yml(1,5): the tag")]
    [InlineData("", "a.yml", "the text is empty")]
    public void What_cannot_be_read_is_shown_with_its_place(string text, string name, string place)
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.Parse(text, name));

        Assert.Equal("AppDefinitionUnreadable", error.ErrorId);
        Assert.Contains(place, error.Message);
    }

    [Theory]
    [InlineData("""{"id":7}""", "'id' must be text, but is 7.")]
    [InlineData("""{"labels":[1]}""", "'labels' must be an object, but is a list.")]
    [InlineData("""{"instances":"2"}""", "'instances' must be a number, but is the text '2'.")]
    [InlineData("""{"instances":1.5}""", "'instances' must be a whole number from 0 up, but is 1.5.")]
    [InlineData("""{"instances":-1}""", "'instances' must be a whole number from 0 up, but is -1.")]
    [InlineData("""{"healthChecks":{}}""", "'healthChecks' must be a list, but is an object.")]
    [InlineData("""{"labels":{"a":[1]}}""", "the label 'a' must be text, but is a list.")]
    public void A_member_of_the_wrong_type_is_named(string text, string message)
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.Parse(text, "a.json"));

        Assert.Equal(("AppDefinitionInvalid", "a.json: " + message), (error.ErrorId, error.Message));
    }

    [Fact]
    public void Yaml_scalars_mean_what_the_core_schema_says()
    {
        var app = AppDefinition.Parse(
            """
            # the shop
            id: /shop
            cpus: 0.10
            mem: 0x20
            disk: 0o17
            x: {a: yes, b: on, c: True, d: ~, e: "1", f: '2', g: 1_000, h: -7, i: 1e3, j: .5, k: 2026-03-01, l: 0123, m: 123456789012345678901234567890, n: !!str 5, o: NO}
            args: [serve, --port, "8080"]
            cmd: |
              one
              two
            """, "shop.yaml");

        Same(
            """
            {"id":"/shop","cpus":0.10,"mem":32,"disk":15,
             "x":{"a":"yes","b":"on","c":true,"e":"1","f":"2","g":"1_000","h":-7,"i":1000.0,"j":0.5,"k":"2026-03-01","l":123,"m":123456789012345678901234567890,"n":"5","o":"NO"},
             "args":["serve","--port","8080"],"cmd":"one\ntwo"}
            """, app);
        Assert.Contains("\"cpus\": 0.10", app.ToJson());
    }

    [Fact]
    public void Anchors_are_followed_but_cannot_fill_the_memory()
    {
        Same("""{"id":"/a","x":{"p":1},"y":{"p":1}}""", AppDefinition.Parse("id: /a\nx: &x {p: 1}\ny: *x\n", "a.yaml"));

        var laughs = "id: /a\nl0: &l0 [1,1,1,1,1,1,1,1,1,1]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"l{i}: &l{i} [{string.Join(",", Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.Parse(laughs, "a.yaml"));

        Assert.Equal("AppDefinitionUnreadable", error.ErrorId);
    }

    [Theory]
    [InlineData("a.json", "{\"x\":", '[')]
    [InlineData("a.yaml", "x: ", '[')]
    [InlineData("a.yaml", "x: ", '{')]
    public void Text_nested_without_end_is_refused_and_does_not_fill_the_stack(string name, string start, char bracket)
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.Parse(start + new string(bracket, 200_000), name));

        Assert.Equal("AppDefinitionUnreadable", error.ErrorId);
    }

    [Fact]
    public void Labels_and_environment_become_text_as_Marathon_wants_them()
    {
        var app = AppDefinition.Parse("id: /a\nlabels: {HAPROXY_0_PORT: 10000, x: true}\nenv: {N: 1.50, S: {secret: s1}}\n", "a.yaml");

        Same("""{"id":"/a","labels":{"HAPROXY_0_PORT":"10000","x":"true"},"env":{"N":"1.50","S":{"secret":"s1"}}}""", app);
    }

    [Theory]
    [InlineData("{\"id\":\"/a\"}", "stdin")]
    [InlineData("\uFEFF  {\"id\":\"/a\"}", "stdin")]
    [InlineData("// c\n{\"id\":\"/a\"}", "stdin")]
    [InlineData("id: /a", "stdin")]
    [InlineData("--- \nid: /a", "a|b")]
    public void Without_a_telling_name_the_text_tells_what_it_is(string text, string name) => Assert.Equal("/a", AppDefinition.Parse(text, name).Id);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.FromFile("/no/such/shop.json"));

        Assert.Equal(("AppFileNotFound", ErrorKind.NotFound), (error.ErrorId, error.Kind));
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_named()
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.FromFile(AppContext.BaseDirectory));

        Assert.Equal(("AppFileUnreadable", ErrorKind.InvalidData, AppContext.BaseDirectory), (error.ErrorId, error.Kind, error.Target));
    }

    [Fact]
    public void Plain_values_become_json()
    {
        var app = AppDefinition.FromDictionary(new Hashtable
        {
            ["id"] = "/a",
            ["instances"] = 2,
            ["cpus"] = 0.1,
            ["mem"] = 32.0f,
            ["user"] = null,
            ["x"] = new object?[] { 1L, (byte)2, BigInteger.Pow(10, 30), ulong.MaxValue, 1.50m, true, 'c', DayOfWeek.Monday, new Hashtable { [1] = "one" }, null },
        });

        Same(
            """
            {"id":"/a","instances":2,"cpus":0.1,"mem":32.0,
             "x":[1,2,1000000000000000000000000000000,18446744073709551615,1.50,true,"c","Monday",{"1":"one"},null]}
            """, app);
    }

    [Fact]
    public void A_value_that_json_has_no_word_for_is_named()
    {
        var nested = new Hashtable { ["docker"] = new ArrayList { new Hashtable { ["x"] = new object() } } };
        var ring = new Hashtable();
        ring["ring"] = ring;

        Assert.Contains("'container.docker[0].x'", Assert.Throws<BlueGreenException>(() => AppDefinition.FromDictionary(new Hashtable { ["container"] = nested })).Message);
        Assert.Contains("NaN", Assert.Throws<BlueGreenException>(() => AppDefinition.FromDictionary(new Hashtable { ["cpus"] = double.NaN })).Message);
        Assert.Contains("too deeply", Assert.Throws<BlueGreenException>(() => AppDefinition.FromDictionary(ring)).Message);
    }

    [Fact]
    public void Members_that_this_module_does_not_know_come_back_exactly()
    {
        Json(3).Select(extra => new JObject { ["id"] = "/a", ["extra"] = extra }).Sample(json =>
            JToken.DeepEquals(json, JsonText.ParseObject(AppDefinition.Parse(json.ToString(), "a.json").ToJson(), "definition")));
    }

    [Fact]
    public void The_same_definition_reads_alike_in_json_and_as_yaml()
    {
        // JSON is YAML too.
        Json(3).Select(extra => new JObject { ["id"] = "/a", ["extra"] = extra }.ToString(Newtonsoft.Json.Formatting.None)).Sample(text =>
            AppDefinition.Parse(text, "a.json").ToJson() == AppDefinition.Parse(text, "a.yaml").ToJson());
    }

    [Fact]
    public void No_text_whatever_crashes_the_readers()
    {
        var piece = Gen.OneOf("{", "}", "[", "]", ":", ": ", "\n", "- ", "a", "\"", "'", "&a ", "*a", "!!int ", "|", "#", "1e9", ",", "? ", "\t", "/*", "---\n", "%");

        Gen.Select(Gen.OneOf(Gen.String, piece.Array[0, 15].Select(string.Concat)), Gen.OneOf("a.json", "a.yaml", "a")).Sample((text, name) =>
        {
            try
            {
                return AppDefinition.Parse(text, name) is not null;
            }
            catch (BlueGreenException error)
            {
                return error.ErrorId is "AppDefinitionUnreadable" or "AppDefinitionInvalid";
            }
        });
    }

    internal static void Same(string json, AppDefinition app) =>
        Assert.True(JToken.DeepEquals(JsonText.ParseObject(json, "json"), JsonText.ParseObject(app.ToJson(), "definition")), app.ToJson());

    private static Gen<JToken> Json(int depth)
    {
        var text = Gen.OneOf(Gen.String[Gen.Char['!', '~'], 0, 8], Gen.OneOf("", "null", "true", "1", "2026-03-01T10:00:00Z", "- a", "a: b", "ü→", "\n x"));
        var leaf = Gen.OneOf(
            text.Select(t => (JToken)new JValue(t)), Gen.Long.Select(n => (JToken)new JValue(n)), Gen.Bool.Select(b => (JToken)new JValue(b)),
            Gen.Select(Gen.Int[-100_000, 100_000], Gen.Int[1, 9]).Select((n, scale) => (JToken)new JValue(new decimal(Math.Abs(n), 0, 0, n < 0, (byte)scale))),
            Gen.ULong.Select(n => (JToken)new JValue(new BigInteger(n) * ulong.MaxValue)));
        if (depth == 0) return leaf;
        var inner = Json(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Array[0, 3].Select(items => (JToken)new JArray(items)),
            Gen.Select(text.Where(t => t != "<<").Array[0, 3], inner.Array[3]).Select((names, values) =>
                (JToken)new JObject(names.Distinct().Select((name, i) => new JProperty(name, values[i])))));
    }
}
