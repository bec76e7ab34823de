using System.Text;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Ordering;

public sealed class LitmusFileTests
{
    const string Good = """{"name":"T","init":{"x":0,"y":3},"threads":[[{"op":"R","loc":"x","reg":"r0","ord":"acq"},{"op":"B","reg":"r0"},{"op":"SWP","loc":"y","val":2,"reg":"r0","dep":{"addr":"r0"}}],[{"op":"F","kind":"dsb.ishst"},{"op":"W","loc":"x","val":1,"ord":"rel"}]],"herd":{"states":[{"x":1,"0:r0":3}]}}""";

    static IReadOnlyList<LitmusTest> Read(string text) => LitmusFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "file.json");

    static IReadOnlyList<LitmusTest> ReadTest(string test) => Read($"{{\"tests\":[{test}]}}");

    [Fact]
    public void A_test_is_read()
    {
        var test = Assert.Single(ReadTest(Good));
        Assert.Equal(["x", "y"], test.Locations);
        Assert.Equal([0, 3], test.Initial);
        Assert.Equal(
        [
            new(LitmusKind.Read, 0, Order: AccessOrder.Acquire, Read: 0),
            new(LitmusKind.Branch, AddressFrom: 0),
            new(LitmusKind.Exchange, 1, 2, Read: 1, AddressFrom: 0),
        ], test.Threads[0]);
        Assert.Equal([new(LitmusKind.Fence, Fence: Fence.DsbStore), new(LitmusKind.Write, 0, 1, AccessOrder.Release)], test.Threads[1]);
        // A register that is loaded twice holds the last value; what the states do not name is not compared.
        Assert.Equal([new("0:r0", -1, 0, 1), new("x", 0)], test.Variables);
        Assert.Equal(["0:r0=3 x=1"], test.Expected);
        var program = new LitmusProgram(test);
        Assert.Equal(["0:r0=3 x=1"], new LitmusEnumerator(program, MemoryModel.AArch64).Run().Select(execution => program.StateOf(execution)).Distinct());
    }

    [Theory]
    [InlineData("dmb.sy", Fence.DmbFull)]
    [InlineData("dmb.ishld", Fence.DmbLoad)]
    [InlineData("dmb.oshst", Fence.DmbStore)]
    [InlineData("dsb.nsh", Fence.DsbFull)]
    [InlineData("dsb.ld", Fence.DsbLoad)]
    [InlineData("isb", Fence.Isb)]
    public void Barriers(string kind, Fence fence)
        => Assert.Equal(fence, ReadTest(Good.Replace("dsb.ishst", kind, StringComparison.Ordinal))[0].Threads[1][0].Fence);

    [Theory]
    [InlineData("this is not JSON", "")]
    [InlineData("this is not JSON", """{"tests":[""")]
    [InlineData("an object is expected here", "[]")]
    [InlineData("member 'tests' is missing", "{}")]
    [InlineData("'tests' is to be a list", """{"tests":3}""")]
    [InlineData("it holds no test", """{"tests":[]}""")]
    [InlineData("member 'name' is missing", """{"tests":[{}]}""")]
    public void A_file_that_is_none_is_one_clear_line(string words, string text)
    {
        string message = Assert.Throws<LitmusException>(() => Read(text)).Message;
        Assert.StartsWith("file.json", message);
        Assert.Contains(words, message);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("test 'T', thread 0, instruction 0: unknown op 'L'", "\"op\":\"R\"", "\"op\":\"L\"")]
    [InlineData("unknown order 'rel' of R", "\"ord\":\"acq\"", "\"ord\":\"rel\"")]
    [InlineData("unknown order 'later' of R", "\"ord\":\"acq\"", "\"ord\":\"later\"")]
    [InlineData("unknown barrier 'dmb.x'", "dsb.ishst", "dmb.x")]
    [InlineData("unknown barrier 'dmb.st.st'", "dsb.ishst", "dmb.st.st")]
    [InlineData("register 'r9' was not read before", "\"op\":\"B\",\"reg\":\"r0\"", "\"op\":\"B\",\"reg\":\"r9\"")]
    [InlineData("register 'r9' was not read before", "{\"addr\":\"r0\"}", "{\"addr\":\"r9\"}")]
    [InlineData("unknown dependency 'ctrl'", "{\"addr\":\"r0\"}", "{\"ctrl\":\"r0\"}")]
    [InlineData("a dependency names a register", "{\"addr\":\"r0\"}", "{\"addr\":0}")]
    [InlineData("location 'z' has no first value", "\"loc\":\"y\"", "\"loc\":\"z\"")]
    [InlineData("member 'val' is missing", "\"val\":2,", "")]
    [InlineData("'val' is to be a whole number", "\"val\":2", "\"val\":2.5")]
    [InlineData("member 'reg' is missing", "\"reg\":\"r0\",\"ord\"", "\"ord\"")]
    [InlineData("the first value of 'y' is to be a whole number", "\"y\":3", "\"y\":\"3\"")]
    [InlineData("location 'x' has two first values", "\"y\":3", "\"x\":3")]
    [InlineData("'nthreads' is 3, and there are 2 threads", "\"init\"", "\"nthreads\":3,\"init\"")]
    [InlineData("there is no location or register '0:r7'", "\"0:r0\":3", "\"0:r7\":3")]
    [InlineData("member 'states' is missing", "\"states\"", "\"state\"")]
    [InlineData("'states' is empty", "{\"x\":1,\"0:r0\":3}", "")]
    [InlineData("not all about the same", "[{\"x\":1,\"0:r0\":3}]", "[{\"x\":1,\"0:r0\":3},{\"x\":1}]")]
    public void What_is_wrong_and_where_is_one_clear_line(string words, string part, string instead)
    {
        Assert.Contains(part, Good);
        string message = Assert.Throws<LitmusException>(() => ReadTest(Good.Replace(part, instead, StringComparison.Ordinal))).Message;
        Assert.StartsWith("file.json, test 'T'", message);
        Assert.Contains(words, message);
    }

    [Fact]
    public void The_shipped_file_is_there() => Assert.Equal(447, LitmusFile.Shipped().Count);
}
