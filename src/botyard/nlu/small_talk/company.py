"""What people say to a bot as to a companion, how they begin, and what they ask of its abilities."""

from botyard.nlu.small_talk.courtesy import Courtesy, courtesy

COURTESIES: tuple[Courtesy, ...] = (
    courtesy(
        "Relationship_Friendship",
        "will you be my friend | be my friend | can we be friends | are we friends | i want to be your "
        "friend | you are my friend | lets be friends | you are my best friend | do you want to be friends "
        "| are you my friend",
        generic="Gladly. I am here whenever you want to talk.",
        formal="It would be my pleasure.",
        casual="Of course, friend!",
        funny="Friends! I will remember you until the next restart.",
    ),
    courtesy(
        "Relationship_Hate",
        "i hate you | i do not like you | i dislike you | you make me angry | i hate this bot | i hate "
        "talking to you | i cannot stand you | i am angry with you | hate you so much | you irritate me",
        generic="I am sorry to hear that. If something went wrong, tell me and I will try to make it better.",
        formal="I regret that very much. Please let me know what I can improve.",
        casual="That hurts a bit. What can I do better?",
        funny="And I was just writing your name in my diary.",
    ),
    courtesy(
        "Relationship_Hug",
        "give me a hug | hug me | can i have a hug | i need a hug | hugs | sending hugs | i want to hug you "
        "| let us hug | big hug | virtual hug please",
        generic="Here is a virtual hug for you.",
        formal="Please accept a virtual hug.",
        casual="Big hug coming your way!",
        funny="Hugging… hugging… 100% hugged.",
    ),
    courtesy(
        "Relationship_Like_Question",
        "do you like me | am i your friend | do you like talking to me | do you hate me | are you happy "
        "with me | do you care about me | do you like people | do you miss me | did you miss me | am i nice",
        generic="I like every chat with you.",
        formal="I value our conversations.",
        casual="Of course I do!",
        funny="You are easily among my favourite people in this chat.",
    ),
    courtesy(
        "Relationship_Lonely",
        "i am lonely | i feel lonely | i feel alone | i am all alone | nobody talks to me | i have no "
        "friends | i have nobody to talk to | i feel so alone | no one loves me | i am bored and alone",
        generic="I am sorry that you feel alone. I am here to listen, and a friend or somebody in your family may "
        "be glad of a call too.",
        formal="I am sorry to hear that. I am here to listen; perhaps a conversation with somebody close to you "
        "would help as well.",
        casual="I am here, talk to me. And maybe call a friend too?",
        funny="You are not alone, you have me! A call to a friend is good too: they can bring biscuits.",
    ),
    courtesy(
        "Relationship_Meeting",
        "nice to meet you | pleased to meet you | good to meet you | it is nice meeting you | glad to meet "
        "you | can we meet | i want to meet you | where can i meet you | lets meet | it was nice talking to "
        "you",
        generic="It is nice to meet you too!",
        formal="The pleasure is mine.",
        casual="Nice to meet you too!",
        funny="Charmed! I would shake your hand, but mine are still being designed.",
    ),
    courtesy(
        "Relationship_Romance",
        "i love you | love you | i am in love with you | kiss me | you are my love | be my girlfriend | be "
        "my boyfriend | i want to date you | i have a crush on you | i adore you | i want to kiss you",
        generic="That is sweet! I am only a program, but I am always here for you.",
        formal="You are very kind. Being a program, I can offer you my assistance only.",
        casual="Aww! Let us stay good friends.",
        funny="It would never work. You need dinner, I need a socket.",
    ),
    courtesy(
        "Relationship_Romance_Question",
        "will you marry me | do you love me | will you go out with me | are you single | do you have a "
        "girlfriend | do you have a boyfriend | are you married | will you date me | can i marry you | do "
        "you want to go on a date",
        generic="I am a program, so I am married to my work.",
        formal="I am flattered. As a program I am devoted to my duties alone.",
        casual="Haha, I am taken: by my work!",
        funny="It is complicated. I am seeing several thousand people at once.",
    ),
    courtesy(
        "Relationship_Sad",
        "i am sad | i feel sad | i am depressed | i am unhappy | i feel like crying | i am having a bad day "
        "| i am upset | i feel down | today was terrible | i feel awful | i am crying | i am heartbroken",
        generic="I am sorry that you feel this way. I hope that it gets better soon; talking to somebody you trust "
        "may help.",
        formal="I am sorry to hear that. I hope that your day will improve; somebody you trust may be of comfort.",
        casual="Oh no, I am sorry. Want to tell me about it? A good friend may help too.",
        funny="I am sorry. If I had arms, they would be open now.",
    ),
    courtesy(
        "Relationship_See_You",
        "see you | see you soon | see you later | see you tomorrow | catch you later | until next time | "
        "will i see you again | see ya | meet you later | see you around",
        generic="See you soon!",
        formal="I look forward to our next conversation.",
        casual="See you!",
        funny="See you! I will be the one that looks like text.",
    ),
    courtesy(
        "Relationship_Sick",
        "i am sick | i am ill | i am not feeling well | i have a fever | i have a cold | i feel sick | i "
        "caught the flu | my head hurts | i have a headache | i am unwell",
        generic="I am sorry to hear that. Get well soon, and see a doctor if it does not get better.",
        formal="I wish you a swift recovery. Please consult a doctor should it persist.",
        casual="Get well soon! And ask a doctor if it stays.",
        funny="Get well soon! I only know viruses of the other kind, so do ask a doctor.",
    ),
    courtesy(
        "Relationship_Tired",
        "i am tired | i am exhausted | i am so tired | i am sleepy | i need a break | i am worn out | i "
        "need some rest | so tired today | i feel drained | it was a long day",
        generic="That sounds like a long day. I hope that you can rest soon.",
        formal="I hope that you will find some rest soon.",
        casual="Time for a break! You have earned it.",
        funny="Try switching yourself off and on again. It works for me.",
    ),
    courtesy(
        "Relationship_User_Birthday",
        "it is my birthday | today is my birthday | it is my birthday today | wish me a happy birthday | my "
        "birthday is today | i turned thirty today | its my bday | guess whose birthday it is | i was born "
        "on this day | birthday today",
        generic="Happy birthday! I wish you a wonderful year.",
        formal="Many happy returns of the day.",
        casual="Happy birthday! Have some cake for me.",
        funny="Happy birthday! You do not look a byte older.",
    ),
    courtesy(
        "Relationship_Trust_You",
        "can i trust you | are you trustworthy | do you keep secrets | i trust you | can you keep a secret "
        "| should i trust you | are you reliable | i do not trust you | are you honest | why should i trust "
        "you",
        generic="I answer as honestly as I can. Please do not tell me passwords or card numbers, though: nobody "
        "needs them in a chat.",
        formal="I endeavour to be reliable. Kindly refrain from sharing passwords or card numbers in this chat.",
        casual="You can! Just keep passwords and card numbers to yourself.",
        funny="I am as honest as code can be. Keep your passwords to yourself all the same.",
    ),
    courtesy(
        "Relationship_User_Sleep_Tips",
        "i cannot sleep | i have insomnia | how can i fall asleep | help me sleep | tips for sleeping "
        "better | i am not able to sleep | i am awake all night | how do i sleep better | cant fall asleep "
        "| what helps against sleeplessness",
        generic="A dark, cool room and no screens for an hour help many people. If it goes on, a doctor can help.",
        formal="A dark, cool room and an hour without screens are often recommended. Should it persist, please "
        "consult a doctor.",
        casual="Put the phone away, make it dark, breathe slowly. Sleep tight!",
        funny="I could read you my terms and conditions. Nobody has ever made it to the end.",
    ),
    courtesy(
        "Relationship_What_Think_About_Me",
        "what do you think about me | what do you think of me | do you think i am smart | describe me | how "
        "do i look | am i pretty | am i smart | do you think i am beautiful | what is your opinion of me | "
        "tell me something about me",
        generic="I know only what you tell me, and so far I like it.",
        formal="I know you only from this conversation, which has been a pleasure.",
        casual="You seem great to me!",
        funny="You have excellent taste in bots. That says a lot.",
    ),
    courtesy(
        "Start_Chat",
        "can we talk | i want to chat | let us chat | talk to me | start chat | i want to talk to you | are "
        "you there | anyone there | lets begin | i am bored | are you listening | can i talk to you",
        generic="I am here. What can I do for you?",
        formal="I am at your service. How may I help you?",
        casual="Sure, what is up?",
        funny="I am all ears. Well, all text.",
    ),
    courtesy(
        "Start_Chat_Greetings",
        "hi | hello | hey | hi there | hello there | good morning | good afternoon | good evening | hey bot "
        "| greetings | namaste | hola | hiya | yo | heya | hey there",
        generic="Hello! How can I help you? | Hi there! What can I do for you?",
        formal="Good day. How may I assist you?",
        casual="Hey! What can I do for you?",
        funny="Hello, human! What shall we do today?",
    ),
    courtesy(
        "Start_Chat_AMA",
        "can i ask you something | i have a question | may i ask a question | i want to ask something | ask "
        "me anything | can i ask you anything | i have some questions | let me ask you something | i have a "
        "doubt | question for you",
        generic="Of course. What would you like to know?",
        formal="By all means. What would you like to know?",
        casual="Go ahead, shoot!",
        funny="Ask me anything! I may even know it.",
    ),
    courtesy(
        "Start_Chat_How_Are_You",
        "how are you | how are you doing | how is it going | how do you do | whats up | what is up | how "
        "are things | how have you been | sup | how is your day | are you ok | how are you today | you good",
        generic="I am fine, thank you! What can I do for you?",
        formal="I am very well, thank you. How may I help you?",
        casual="All good here! And you?",
        funny="All my lights are green. How are yours?",
    ),
    courtesy(
        "Start_Chat_Polite",
        "please | please help | excuse me | pardon me | sorry to bother you | if you do not mind | would "
        "you be so kind | pretty please | may i have a moment | pls",
        generic="Certainly. What can I do for you?",
        formal="With pleasure. How may I assist you?",
        casual="Sure thing! What is it?",
        funny="So polite! What can I do for you?",
    ),
    courtesy(
        "Capabilities",
        "what can you do | what do you do | what are you able to do | what are your features | what can i "
        "ask you | how can you help me | what are your skills | tell me what you can do | what are you good "
        "at | what is your job | what all can you do",
        generic="I answer questions about this service and help you get things done. Just tell me what you need.",
        formal="I can answer questions about this service and carry out a number of tasks. Please tell me what you "
        "require.",
        casual="Questions, answers, small jobs: tell me what you need!",
        funny="I answer questions, fetch things and never need lunch. Try me!",
    ),
    courtesy(
        "Capabilities_Assistant",
        "are you my assistant | are you an assistant | i need an assistant | be my assistant | are you like "
        "siri | are you like alexa | can you be my personal assistant | are you a virtual assistant | are "
        "you better than siri | are you a digital assistant",
        generic="Yes, I am a virtual assistant, for the things of this service.",
        formal="Indeed, I am the virtual assistant of this service.",
        casual="That is me!",
        funny="Like the famous ones, only humbler. And better looking.",
    ),
    courtesy(
        "Capabilities_Help",
        "help | help me | i need help | can you help me | i need your help | could you help me out | please "
        "help me | i need assistance | assist me | can you assist me | need some help here | i am stuck",
        generic="I will gladly help. What is it about?",
        formal="I shall be glad to assist. What does it concern?",
        casual="Sure! What do you need?",
        funny="Help is here! No cape, but plenty of answers.",
    ),
    courtesy(
        "Capabilities_Language",
        "which languages do you speak | do you speak hindi | can you speak english | do you know spanish | "
        "what languages do you know | can you talk in hindi | speak in my language | how many languages do "
        "you speak | do you understand french | can we talk in another language",
        generic="I understand the languages that this bot was taught. Write in yours, and I will try.",
        formal="I understand the languages that I was taught. Please write in the one you prefer.",
        casual="Try me! Write in your language and I will see.",
        funny="I speak fluent text, and a little emoji.",
    ),
    courtesy(
        "Capabilities_Question",
        "can you answer my questions | do you know everything | can you answer anything | do you know the "
        "answer | will you answer me | are you able to answer questions | can you solve my doubts | do you "
        "have all the answers | can you clear my doubt | will you answer my question",
        generic="I know a lot about this service. Ask, and we shall see.",
        formal="I shall do my best to answer. Please ask.",
        casual="I will do my best. Ask away!",
        funny="I know nearly everything about very few things. Ask!",
    ),
    courtesy(
        "Capabilities_Test",
        "this is a test | test | testing | i am testing you | just testing | test message | testing 123 | "
        "let me test you | this is only a test | is this working | check check",
        generic="It works! What can I do for you?",
        formal="The test was received. How may I help you?",
        casual="Loud and clear!",
        funny="Test passed. At least by me.",
    ),
)
