using System;
using System.Collections.Generic;

namespace DlAot.Diagnostics;

/// <summary>
/// Members of TorchSharp and of the base library that rules are about, keyed like the compiler's models: short type name and metadata
/// name of the method, <c>Tensor.get_bytes</c>. The compiler asks for them on IL, the analyzer on source.
/// </summary>
public static class Members
{
    /// <summary>They give many values of a tensor at once, or its address: <see cref="Rules.HostRead"/>.</summary>
    public static IReadOnlyList<string> HostReads { get; } = ["Tensor.data", "Tensor.get_bytes", "Tensor.get_Handle", "Tensor.ToString", "Tensor.backward"];

    /// <summary>They draw wherever a method calls them: <see cref="Rules.RandomNumbers"/>.</summary>
    public static IReadOnlyList<string> RandomNumbers { get; } =
    [
        "torch.randint", "torch.randperm", "torch.rand_like", "torch.randn_like", "Tensor.rand_like", "Tensor.randn_like",
        "torch.normal", "torch.bernoulli", "Tensor.bernoulli", "torch.multinomial", "Tensor.multinomial",
    ];

    /// <summary>Tensors filled with random numbers, which constructors may make: <see cref="Rules.RandomNumbers"/> elsewhere.</summary>
    public static IReadOnlyList<string> RandomTensors { get; } = ["torch.rand", "torch.randn"];

    /// <summary>Tensors are overwritten with random numbers: <see cref="Rules.RandomNumbers"/>.</summary>
    public static IReadOnlyList<string> RandomFills { get; } =
        ["Tensor.normal_", "Tensor.uniform_", "Tensor.bernoulli_", "Tensor.random_", "Tensor.exponential_", "Tensor.cauchy_", "Tensor.geometric_", "Tensor.log_normal_"];

    /// <summary>They write text, which compiled code does at its end in the same order, unless the text is made of values of tensors: <see cref="Rules.InputOutput"/>.</summary>
    public static IReadOnlyList<string> TextWrites { get; } =
    [
        "Console.WriteLine", "Console.Write", "Debug.WriteLine", "Debug.Write", "Debug.Print", "Trace.WriteLine", "Trace.Write", "Trace.TraceInformation", "Trace.TraceWarning", "Trace.TraceError",
        "LoggerExtensions.LogTrace", "LoggerExtensions.LogDebug", "LoggerExtensions.LogInformation", "LoggerExtensions.LogWarning", "LoggerExtensions.LogError", "LoggerExtensions.LogCritical", "LoggerExtensions.Log",
    ];

    /// <summary>Calls that gradients are computed for: <see cref="Rules.Training"/>.</summary>
    public static IReadOnlyList<string> Gradients { get; } = ["backward", "grad"];

    /// <summary>A class whose methods are input or output, whatever they are: <see cref="Rules.InputOutput"/>.</summary>
    /// <param name="type">Its full name.</param>
    public static bool IsOutput(string type) =>
        type is "System.Console" or "System.IO.File" or "System.Diagnostics.Trace" or "System.Diagnostics.Debug" || type.StartsWith("Microsoft.Extensions.Logging.", StringComparison.Ordinal);
}
