"""The statement-of-reasons categories of the Digital Services Act's transparency database."""

from roadmap.wording import N_

# Code -> what people call it; the 16 of DOMAIN section 2.
DSA_CATEGORIES = {
    "ANIMAL_WELFARE": N_("Animal welfare"),
    "CONSUMER_INFORMATION": N_("Consumer information"),
    "CYBER_VIOLENCE": N_("Cyber violence"),
    "CYBER_VIOLENCE_AGAINST_WOMEN": N_("Cyber violence against women"),
    "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": N_("Data protection and privacy"),
    "ILLEGAL_OR_HARMFUL_SPEECH": N_("Illegal or harmful speech"),
    "INTELLECTUAL_PROPERTY_INFRINGEMENTS": N_("Intellectual property"),
    "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": N_("Civic discourse or elections"),
    "NOT_SPECIFIED_NOTICE": N_("Notice without a category"),
    "OTHER_VIOLATION_TC": N_("Other violation of the terms"),
    "PROTECTION_OF_MINORS": N_("Protection of minors"),
    "RISK_FOR_PUBLIC_SECURITY": N_("Risk for public security"),
    "SCAMS_AND_FRAUD": N_("Scams and fraud"),
    "SELF_HARM": N_("Self-harm"),
    "UNSAFE_AND_PROHIBITED_PRODUCTS": N_("Unsafe and prohibited products"),
    "VIOLENCE": N_("Violence"),
}
