using System;

namespace DlAot;

/// <summary>
/// States the shape of a tensor parameter, return value, field or property, for example
/// <c>[Shape("N,3,H,W")]</c>. It is an assumption to compile for, checked on every call: a tensor of another shape runs
/// the original code.
/// </summary>
[AttributeUsage(
    AttributeTargets.Parameter | AttributeTargets.ReturnValue | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ShapeAttribute : Attribute
{
    /// <param name="dims">
    /// One entry per dimension, separated by commas: a number is that size, a name is a size that may differ from call
    /// to call (the same name within one method means equal sizes), <c>?</c> is any size. The empty string is a scalar
    /// tensor (rank 0).
    /// </param>
    public ShapeAttribute(string dims) => Dims = dims;

    /// <summary>The dimensions as written.</summary>
    public string Dims { get; }
}
