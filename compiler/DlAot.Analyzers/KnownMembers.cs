using System;
using System.Collections.Immutable;
using System.IO;

namespace DlAot.Analyzers;

/// <summary>The members that the compiler has models of (<c>KnownMembers.txt</c>, made from its table by a test).</summary>
internal static class KnownMembers
{
    private static readonly ImmutableHashSet<string> Keys = Read();

    /// <summary>Classes of TorchSharp whose members are known one by one.</summary>
    public static ImmutableHashSet<string> Types { get; } = ["Tensor", "TensorExtensionMethods", "torch", "functional", "linalg", "fft", "special", "cuda"];

    /// <param name="key">See <see cref="TorchSymbols.KeyOf"/>.</param>
    public static bool Contains(string key) => Keys.Contains(key);

    private static ImmutableHashSet<string> Read()
    {
        using var reader = new StreamReader(typeof(KnownMembers).Assembly.GetManifestResourceStream("KnownMembers.txt")!);
        return [.. reader.ReadToEnd().Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];
    }
}
