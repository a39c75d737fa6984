using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// A copy of a method's body that is cut and from which parts are taken, until what is left replaces the body. Parameters and locals
/// are the method's own; instructions, handlers and sequence points are copies. The method itself stays as it is.
/// </summary>
internal sealed class WorkingBody
{
    private readonly Dictionary<Instruction, Instruction> copies = [], origins = [];
    private Dictionary<Instruction, int>? indices;

    public WorkingBody(MethodDefinition host)
    {
        Host = host;
        foreach (Instruction i in host.Body.Instructions)
        {
            Instruction copy = IlCode.Copy(i, host.Body);
            copies[i] = copy;
            origins[copy] = i;
            Code.Add(copy);
        }

        foreach (Instruction copy in Code)
        {
            copy.Operand = copy.Operand switch
            {
                Instruction target => copies[target],
                Instruction[] targets => targets.Select(t => copies[t]).ToArray(),
                var other => other,
            };
        }

        foreach (ExceptionHandler h in host.Body.ExceptionHandlers)
        {
            Handlers.Add(new ExceptionHandler(h.HandlerType)
            {
                CatchType = h.CatchType,
                TryStart = copies[h.TryStart],
                TryEnd = copies[h.TryEnd],
                FilterStart = h.FilterStart is null ? null : copies[h.FilterStart],
                HandlerStart = copies[h.HandlerStart],
                HandlerEnd = h.HandlerEnd is null ? null : copies[h.HandlerEnd],
            });
        }

        var byOffset = host.Body.Instructions.ToDictionary(i => i.Offset);
        foreach (SequencePoint p in host.DebugInformation.HasSequencePoints ? host.DebugInformation.SequencePoints : [])
        {
            if (byOffset.TryGetValue(p.Offset, out Instruction? at))
            {
                Points[copies[at]] = p;
            }
        }
    }

    public MethodDefinition Host { get; }

    public List<Instruction> Code { get; } = [];

    public List<ExceptionHandler> Handlers { get; } = [];

    /// <summary>It loads <c>this</c>, its address, or stores it.</summary>
    public bool IsThis(Instruction i) => i.Operand is ParameterDefinition p && p == Host.Body.ThisParameter;

    /// <summary>Locals that cuts have added.</summary>
    public List<VariableDefinition> Temporaries { get; } = [];

    /// <summary>Where lines of the source begin.</summary>
    public Dictionary<Instruction, SequencePoint> Points { get; } = [];

    /// <summary>The copy of one of the method's own instructions, while it is still here.</summary>
    public Instruction? CopyOf(Instruction original) => copies.TryGetValue(original, out Instruction? copy) && Indices.ContainsKey(copy) ? copy : null;

    /// <summary>The instruction of the method that it stands for.</summary>
    public Instruction OriginOf(Instruction copy) => origins[copy];

    public int IndexOf(Instruction i) => Indices[i];

    /// <summary>The index, or that of the end for null.</summary>
    public int IndexOfEnd(Instruction? i) => i is null ? Code.Count : Indices[i];

    private Dictionary<Instruction, int> Indices
    {
        get
        {
            if (indices is null)
            {
                indices = [];
                for (int k = 0; k < Code.Count; k++)
                {
                    indices[Code[k]] = k;
                }
            }

            return indices;
        }
    }

    /// <summary>The source line that the instruction belongs to.</summary>
    public SequencePoint? PointAt(int index)
    {
        for (int k = Math.Min(index, Code.Count - 1); k >= 0; k--)
        {
            if (Points.TryGetValue(Code[k], out SequencePoint? p) && !p.IsHidden)
            {
                return p;
            }
        }

        return null;
    }

    /// <summary>Puts code before an instruction; jumps to that instruction go to the code.</summary>
    public void Insert(Instruction before, IReadOnlyList<Instruction> code) => Replace(IndexOf(before), 0, code, before);

    /// <summary>Puts other code in the place of some.</summary>
    /// <param name="origin">What the new code stands for.</param>
    public void Replace(int start, int count, IReadOnlyList<Instruction> code, Instruction origin)
    {
        Instruction old = Code[start], first = code[0], own = origins[origin];
        foreach (Instruction i in code)
        {
            origins[i] = own;
        }

        foreach (Instruction i in Code)
        {
            i.Operand = i.Operand switch
            {
                Instruction target when target == old => first,
                Instruction[] targets when targets.Contains(old) => targets.Select(t => t == old ? first : t).ToArray(),
                var other => other,
            };
        }

        foreach (ExceptionHandler h in Handlers)
        {
            h.TryStart = h.TryStart == old ? first : h.TryStart;
            h.TryEnd = h.TryEnd == old ? first : h.TryEnd;
            h.FilterStart = h.FilterStart == old ? first : h.FilterStart;
            h.HandlerStart = h.HandlerStart == old ? first : h.HandlerStart;
            h.HandlerEnd = h.HandlerEnd == old ? first : h.HandlerEnd;
        }

        if (Points.Remove(old, out SequencePoint? point))
        {
            Points[first] = point;
        }

        Code.RemoveRange(start, count);
        Code.InsertRange(start, code);
        indices = null;
    }
}
