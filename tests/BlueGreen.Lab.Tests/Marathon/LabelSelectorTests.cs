using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Marathon.Api;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["tier"] = "web", ["env"] = "prod", ["!x"] = "a b" };

    [Theory]
    [InlineData("tier", true)]
    [InlineData("nothing", false)]
    [InlineData("tier==web", true)]
    [InlineData("tier == db", false)]
    [InlineData("tier!=db", true)]
    [InlineData("nothing!=db", false)]
    [InlineData("tier in (db, web)", true)]
    [InlineData("tier notin (db, web)", false)]
    [InlineData("nothing notin (db)", false)]
    [InlineData("tier==web, env in (prod)", true)]
    [InlineData("tier==web,env==test", false)]
    [InlineData(@"\!x == a\ b", true)]
    [InlineData("", true)]
    public void A_selector_chooses_by_labels(string selector, bool chosen) => Assert.Equal(chosen, LabelSelector.Parse(selector)(Labels));

    [Theory]
    [InlineData("tier==")]
    [InlineData("tier in (a")]
    [InlineData("a,,b")]
    [InlineData("!")]
    public void A_broken_selector_is_refused(string selector) => Assert.Equal(422, Assert.Throws<ApiException>(() => LabelSelector.Parse(selector)).Status);
}
