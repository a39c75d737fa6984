using DlAot.Compiler.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>A pointer into memory from <c>stackalloc</c>: cells by byte offset.</summary>
internal sealed record StackMemory(SortedDictionary<long, AbstractValue> Cells, long Offset) : AbstractValue
{
    /// <summary>The pointer moved by a number of bytes.</summary>
    public static AbstractValue Moved(Interpreter interpreter, Code code, AbstractValue a, AbstractValue b) => (a, b) switch
    {
        (StackMemory m, Constant { Value: long n }) when code == Code.Add => m with { Offset = m.Offset + n },
        (Constant { Value: long n }, StackMemory m) when code == Code.Add => m with { Offset = m.Offset + n },
        (StackMemory m, Constant { Value: long n }) when code == Code.Sub => m with { Offset = m.Offset - n },
        _ => throw interpreter.Fail(Rules.UnsupportedInstruction, $"{code} of pointers"),
    };

    /// <summary>The memory as elements of a type.</summary>
    public ObjectRef Elements(Interpreter interpreter, TypeReference element, int count)
    {
        int size = SizeOf(element) ?? throw interpreter.Fail(Rules.UnsupportedInstruction, $"stackalloc of {element.Name}");
        return Interpreter.NewList(new GenericInstanceType(new TypeReference("System", "Span`1", element.Module, element.Module?.TypeSystem.CoreLibrary)) { GenericArguments = { element } },
            [.. Enumerable.Range(0, count).Select(i => Cells.GetValueOrDefault(Offset + i * size) ?? interpreter.DefaultOf(element))]);
    }

    public static int? SizeOf(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte => 1,
        MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Char => 2,
        MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Single => 4,
        MetadataType.Int64 or MetadataType.UInt64 or MetadataType.Double => 8,
        _ => null,
    };
}
