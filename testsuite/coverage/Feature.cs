namespace DlAot.Tests.Coverage;

/// <summary>What the classes of the corpus are examples of; the table of coverage is by these.</summary>
internal static class Feature
{
    /// <summary>Name and meaning.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["straight"] = "straight line",
        ["null"] = "branch on null",
        ["config"] = "branch on a setting",
        ["scalar"] = "branch on a local number",
        ["throw"] = "throws",
        ["mode"] = "branch on training, a type or a string",
        ["shape"] = "branch on a shape",
        ["data"] = "branch on tensor contents",
        ["modules"] = "loop over submodules",
        ["loop"] = "other loop",
        ["gives"] = "returns a tuple, collection or object",
        ["takes"] = "takes a tuple, collection or object",
        ["optional"] = "optional arguments",
        ["operators"] = "operators on tensors",
        ["indexer"] = "indexers",
        ["store"] = "assignment through an indexer",
        ["scope"] = "dispose scopes, using",
        ["in-place"] = "in-place operations",
        ["field"] = "writes fields",
        ["cache"] = "caches of keys and values",
        ["console"] = "console, clock, logging",
        ["linq"] = "LINQ",
        ["lambda"] = "lambdas, delegates, local functions",
        ["dictionary"] = "dictionaries",
        ["pattern"] = "type patterns and casts",
        ["dropout"] = "dropout",
        ["cast"] = "casts of element types",
        ["device"] = "device moves",
        ["abstract"] = "interfaces, abstract and generic modules",
        ["given"] = "modules given to the constructor",
        ["children"] = "walks over children()",
        ["dynamic"] = "dynamic",
        ["host"] = "reads a tensor on the host",
        ["random"] = "random numbers",
    };
}
