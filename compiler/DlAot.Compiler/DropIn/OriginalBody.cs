using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Moves a method's body, with its debug information, to a private method beside it.</summary>
internal static class OriginalBody
{
    /// <returns>The new method, right after the old one, which is left with an empty body.</returns>
    public static MethodDefinition Move(MethodDefinition method, string name)
    {
        MethodBody from = method.Body;
        MethodDebugInformation debug = method.DebugInformation;
        var moved = new MethodDefinition(name, MethodAttributes.Private | MethodAttributes.HideBySig | (method.Attributes & MethodAttributes.Static), method.ReturnType)
        {
            HasThis = method.HasThis,
            ImplAttributes = method.ImplAttributes,
        };
        var parameters = new Dictionary<ParameterDefinition, ParameterDefinition>();
        foreach (ParameterDefinition p in method.Parameters)
        {
            var copy = new ParameterDefinition(p.Name, p.Attributes & (ParameterAttributes.In | ParameterAttributes.Out), p.ParameterType);
            moved.Parameters.Add(copy);
            parameters[p] = copy;
        }

        TypeDefinition owner = method.DeclaringType;
        owner.Methods.Insert(owner.Methods.IndexOf(method) + 1, moved);
        MethodBody to = moved.Body;
        to.InitLocals = from.InitLocals;
        to.MaxStackSize = from.MaxStackSize;
        foreach (VariableDefinition v in from.Variables)
        {
            to.Variables.Add(v);
        }

        // The instructions themselves move: branches, handlers and sequence points refer to them.
        foreach (Instruction i in from.Instructions)
        {
            if (i.Operand is ParameterDefinition p)
            {
                i.Operand = parameters.TryGetValue(p, out ParameterDefinition? own) ? own : to.ThisParameter;
            }

            to.Instructions.Add(i);
        }

        foreach (ExceptionHandler handler in from.ExceptionHandlers)
        {
            to.ExceptionHandlers.Add(handler);
        }

        MethodDebugInformation target = moved.DebugInformation;
        foreach (SequencePoint point in debug.SequencePoints)
        {
            target.SequencePoints.Add(point);
        }

        target.Scope = debug.Scope;
        target.StateMachineKickOffMethod = debug.StateMachineKickOffMethod;
        foreach (CustomDebugInformation information in debug.CustomDebugInformations)
        {
            target.CustomDebugInformations.Add(information);
        }

        foreach (CustomDebugInformation information in method.CustomDebugInformations)
        {
            moved.CustomDebugInformations.Add(information);
        }

        method.CustomDebugInformations.Clear();
        method.Body = new MethodBody(method);
        method.DebugInformation = null;
        return moved;
    }
}
