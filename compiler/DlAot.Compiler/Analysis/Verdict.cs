namespace DlAot.Compiler.Analysis;

/// <summary>What is to become of a method.</summary>
public enum Verdict
{
    /// <summary>It is compiled as one graph.</summary>
    Compile,

    /// <summary>Ranges of it, or the modules that it calls, are compiled.</summary>
    Parts,

    /// <summary>It stays as it is.</summary>
    KeepEager,

    /// <summary>Its <c>[Compile]</c> cannot help and should go.</summary>
    Undo,

    /// <summary>It is compiled, and a signature that says more would be better for it.</summary>
    Sharpen,
}
